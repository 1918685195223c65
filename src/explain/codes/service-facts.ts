import type { RequiredService } from '../../cap-types.js'
import { boundServices } from '../../destination/binding/bound-services.js'
import { isAgent } from '../../remote/agents/kinds.js'
import { MIN_TOKEN_LIFETIME } from '../../remote/policy/options.js'
import type { Project } from '../project/project.js'
import { host } from './issuer-facts.js'
import type { Fact } from './fact.js'
import type { RemoteOptions } from '../../cap-remote-types.js'

/** A required service that calls another system. */
export type CallingOptions = RequiredService &
  RemoteOptions &
  Readonly<Record<'queued' | 'outboxed' | 'outbox', unknown>>

/** Returns the required services that call another system, by name. @internal */
export function callingServices({ requires }: Pick<Project, 'requires'>) {
  return Object.entries(requires).filter(
    (entry): entry is [string, CallingOptions] => entry[0] !== 'kinds' && isCalling(entry[1])
  )
}

const REMOTE_KINDS = ['odata', 'odata-v2', 'odata-v4', 'rest', 'hcql']

function isCalling(options: unknown): boolean {
  const known = (options ?? {}) as Partial<CallingOptions>
  const { kind, onBehalfOf, credentials } = known
  if (onBehalfOf ?? credentials?.destination) return true
  return REMOTE_KINDS.includes(kind ?? '') || isAgent(known)
}

/** Returns required services, with who is sent and where to. @internal */
export function requiredServices(project: Project): Fact[] {
  const values = callingServices(project).map(([name, options]) => {
    const { kind = 'no kind', onBehalfOf, minTokenLifetime = MIN_TOKEN_LIFETIME } = options
    const who = `onBehalfOf ${typeof onBehalfOf === 'string' ? onBehalfOf : '(the destination decides)'}`
    const more = [targetOf(options), `minTokenLifetime ${String(minTokenLifetime)} s`]
    if (Array.isArray(options.clients)) more.push(`clients ${options.clients.join(' or ')}`)
    if (options.csrf !== undefined)
      more.push(`csrf ${options.csrf === true ? 'true' : 'configured'}`)
    return `${name}: ${kind}, ${who}, ${more.join(', ')}`
  })
  return [{ name: 'required services', values: values.length ? values : ['none'] }]
}

function targetOf({ credentials = {} }: CallingOptions): string {
  const { destination, url, path, requestTimeout } = credentials as RemoteOptions['credentials'] & {
    path?: string
    requestTimeout?: number
  }
  const target = destination
    ? `destination ${destination}`
    : url
      ? `host ${host(url)}`
      : 'no address'
  const timeout = requestTimeout ? `, requestTimeout ${String(requestTimeout)} ms` : ''
  return `${target}${path ? `, path ${path}` : ''}${timeout}`
}

/** Destinations of the emulated Destination service, with the names of their properties on BTP. */
type Destinations = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>

/** Properties that are no secret. */
const SHOWN = [
  'Authentication',
  'ProxyType',
  'sap-client',
  'CloudConnectorLocationId',
  'tokenServiceURLType'
]

/** Returns the destinations of the emulated landscape, unless others are bound, and of the environment. @internal */
export function destinations(project: Project): Fact[] {
  const { auth, bindings, landscape } = project
  const emulated = (auth.emulator ? auth.emulator['destinations'] : undefined) as
    Destinations | undefined
  const values = Object.entries(landscape || !bindings.xsuaa ? (emulated ?? {}) : {}).map(
    ([name, properties]) => {
      const shown = SHOWN.filter((key) => properties[key] !== undefined)
      const details = shown.map((key) => `${key} ${String(properties[key])}`)
      return [`${name}: host ${host(String(properties['URL']))}`, ...details].join(', ')
    }
  )
  const inEnvironment = namesInEnvironment()
  if (inEnvironment.length) values.push(`in the environment: ${inEnvironment.join(', ')}`)
  if (!values.length) values.push('those of the Destination service are looked up per call')
  return [{ name: 'destinations', values }]
}

function namesInEnvironment(): string[] {
  try {
    const list = JSON.parse(process.env['destinations'] ?? '[]') as {
      name?: string
      Name?: string
    }[]
    return list.map((each) => String(each.name ?? each.Name))
  } catch {
    return []
  }
}

/** Returns whether the services of the platform that a call needs are bound, also in files. @internal */
export async function platformServices(): Promise<Fact[]> {
  const bound = await boundServices().catch(() => undefined)
  const values = ['destination', 'connectivity'].map((label) => {
    const found = bound?.find((each) => each.label === label)
    if (found) return `${label}: bound as ${found.name}`
    return `${label}: ${bound ? 'not bound' : "not known, the bindings can't be read"}`
  })
  return [{ name: 'services of the platform', values }]
}

/** Returns the settings of CAP's queue. @internal */
export function queues(project: Project): Fact[] {
  const { queue } = project.requires as { queue?: { kind?: string } | boolean }
  const kind = typeof queue === 'object' ? (queue.kind ?? 'configured') : String(queue ?? 'none')
  const queued = callingServices(project).flatMap(([name, options]) => {
    const option = (['queued', 'outboxed', 'outbox'] as const).find(
      (each) => options[each] !== undefined
    )
    return option ? `${name}: ${option} is ${options[option] === false ? 'false' : 'on'}` : []
  })
  return [{ name: 'queue', values: [`cds.requires.queue: ${kind}`, ...queued] }]
}
