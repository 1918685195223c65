import type { Facts } from '../facts.js'
import type { SeenDestination } from '../look-ups.js'
import { doubtful, type Finding } from '../row.js'

const LOCATION = 'CloudConnectorLocationId'

/**
 * Compares the location id of a destination on premise with those of the others. Several Cloud Connectors are normal, also
 * for the same virtual host, so a missing id is a doubt only. Where the systems are called, the answer of the proxy decides.
 */
export function locationFinding(
  title: string,
  { configuration = {} }: SeenDestination,
  { destinations, options, token }: Pick<Facts, 'destinations' | 'options' | 'token'>
): Finding | undefined {
  if (configuration['ProxyType'] !== 'OnPremise' || configuration[LOCATION]) return undefined
  if (options.probe === true || token !== undefined) return undefined
  const others = [...destinations.values()].filter(
    ({ configuration: each }) => each?.['ProxyType'] === 'OnPremise' && each[LOCATION]
  )
  const same = others.find((each) => hostOf(each.configuration) === hostOf(configuration))
  const other = same ?? others[0]
  if (!other) return undefined
  const place = `"${String(other.configuration?.[LOCATION])}"`
  const what = same ? 'reaches the same virtual host through' : 'uses'
  const cause = `it has no ${LOCATION}, so it uses the default Cloud Connector; destination "${other.name}" ${what} ${place}`
  const fix = `Nothing, if the default Cloud Connector exposes the system; else set ${LOCATION}. --probe or --token shows it.`
  return doubtful(title, cause, fix)
}

function hostOf(configuration: Readonly<Record<string, unknown>> = {}): string | undefined {
  const { URL: url } = configuration
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : undefined
}
