import type { SeenDestination } from '../look-ups.js'
import { broken, doubtful, type Finding } from '../row.js'

const LOCATION = 'CloudConnectorLocationId'

/**
 * Compares the location id of a destination on premise with those of the others: without it, another Cloud Connector is
 * asked.
 *
 * @param all - destinations that are known
 */
export function locationFinding(
  title: string,
  { configuration = {} }: SeenDestination,
  all: readonly SeenDestination[]
): Finding | undefined {
  if (configuration['ProxyType'] !== 'OnPremise' || configuration[LOCATION]) return undefined
  const others = all.filter(
    ({ configuration: each }) => each?.['ProxyType'] === 'OnPremise' && each[LOCATION]
  )
  const same = others.find((each) => hostOf(each.configuration) === hostOf(configuration))
  const other = same ?? others[0]
  if (!other) return undefined
  const expected = String(other.configuration?.[LOCATION])
  const details = {
    sent: 'none',
    expected: `"${expected}"`,
    code: 'ERR_REMOTE_CLOUD_CONNECTOR'
  } as const
  const fix = `Set ${LOCATION} of the destination to the one of the Cloud Connector that exposes the system.`
  if (same) {
    const cause = `it has no ${LOCATION}, and destination "${other.name}" reaches the same virtual host with one`
    return broken(title, cause, fix, details)
  }
  const cause = `it has no ${LOCATION}, and destination "${other.name}" has one`
  return doubtful(title, cause, fix, details)
}

function hostOf(configuration: Readonly<Record<string, unknown>> = {}): string | undefined {
  const { URL: url } = configuration
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : undefined
}
