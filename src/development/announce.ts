import type { Landscape } from 'cds-principal-emulator/development'

import { cap } from '../cap.js'
import type { ServedService } from '../cap-types.js'
import { attachedLandscape } from './attached.js'
import { exampleRequest } from './example-request.js'

/** Describes the server that listens, as CAP tells its listeners. */
interface Listening {
  readonly url: string
}

/**
 * Prints, once the server listens: where it is, who can log on, and lines to copy.
 *
 * @internal
 */
export function announce({ url }: Listening): void {
  const landscape = attachedLandscape()
  if (!landscape) return
  const [service] = providers()
  const lines = [
    '',
    'BTP services are emulated: real tokens, real proxy, a backend that checks who calls.',
    '',
    ...userLines(landscape.users).map((line, i) => `  ${i ? '     ' : 'Users'}  ${line}`),
    '',
    ...(landscape.recorder ? [`  Recorder  ${landscape.recorder}`, ''] : []),
    ...providers().map(({ path }, i) => `  API${i || ''}=${url}${path ?? ''}`),
    ...(service ? examples(service, landscape.users) : []),
    ''
  ]
  console.log(lines.join('\n')) // for the person at the terminal, no log entry
}

/** Services of the application: those of CAP itself are below `/-/`. */
function providers(): ServedService[] {
  return cap.service.providers.filter(({ path }) => path && !path.startsWith('/-/'))
}

function userLines(users: Landscape['users']): string[] {
  const width = Math.max(...users.map(({ name }) => name.length))
  return users.map(({ name, roles, attr, policies = [], tenant }) => {
    const attributes = Object.entries(attr).map(([key, values]) => `${key} ${values.join(', ')}`)
    const where = tenant === undefined ? [] : [`tenant ${tenant}`]
    const assigned = policies.map((policy) => `policy ${policy}`)
    const rights = roles.join(', ') || (assigned.length ? [] : 'no role')
    const line = [rights, ...assigned, ...attributes, ...where].flat().join(' · ')
    return `${name.padEnd(width)}  ${line}`
  })
}

function examples(service: ServedService, users: Landscape['users']): string[] {
  const example = exampleRequest(service, users)
  if (!example) return []
  const { entity, user } = example
  const read = `"$API/${entity}?\\$top=3"`
  return [
    `  curl -H "Authorization: Bearer $(npx cds-principal token ${user})" ${read}`,
    `  curl -u ${user}: ${read}`
  ]
}
