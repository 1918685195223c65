import { asJson, type Json } from '../exports.js'
import { broken, type Finding, right, unseen } from '../row.js'

/**
 * Looks at the applications of a `manifest.yml` of Cloud Foundry. It has names of service instances only, so it does not say
 * what is bound.
 *
 * @param applications - of the file
 */
export function manifestFindings(applications: readonly Json[]): Finding[] {
  const found = applications.flatMap((each) => routerFindings(String(each['name']), each))
  const services = 'it names instances, and not what they are instances of'
  return [unseen('manifest, services', services, 'Add --vcap <file> (cf env <app>).'), ...found]
}

/** Looks at the destinations in the environment of an application router. */
function routerFindings(name: string, { env }: Json): Finding[] {
  const title = `manifest, application "${name}"`
  return destinationsIn(asJson(env)['destinations']).map((each) => {
    const target = `destination "${String(each['name'])}"`
    if (each['forwardAuthToken'] === true) return right(title, `forwards the token to ${target}`)
    const cause = `it does not forward the token of the user to ${target}`
    return broken(title, cause, 'Set "forwardAuthToken": true in "destinations".', {
      sent: 'none',
      expected: 'forwardAuthToken: true',
      code: 'ERR_CREDENTIALS_MISSING'
    })
  })
}

/** Returns the destinations, which are a list or a text with one. */
function destinationsIn(value: unknown): Json[] {
  const list: unknown = typeof value === 'string' ? parsed(value) : value
  return Array.isArray(list) ? list.map(asJson) : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
