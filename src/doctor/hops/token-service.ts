import { authenticationTypeOf } from '../../destination/authentication-types.js'
import { asJson } from '../exports.js'
import type { Facts } from '../facts.js'
import { broken, doubtful, type Finding } from '../row.js'
import type { UsedService } from '../look-ups.js'

/** Next step for a property of a destination that is wrong. */
export const IN_COCKPIT =
  'Correct the destination in the BTP cockpit (Connectivity > Destinations).'

/** Code of a request that needs a destination that can't be used. */
export const UNUSABLE = { code: 'ERR_DESTINATION_UNAVAILABLE' } as const

/** Looks at the token service that a destination names: the type may need one, and it gets the secret of the client. */
export function tokenServiceProblem(
  title: string,
  configuration: Readonly<Record<string, unknown>>,
  user: UsedService,
  facts: Facts
): Finding | undefined {
  const {
    tokenServiceURL: url,
    Authentication: authentication,
    ProxyType: ofSystem
  } = configuration
  if (!url) {
    const type = authenticationTypeOf({ authentication: String(authentication) })
    if (type?.retrieved !== 'token' || isCompletedElsewhere(user, facts)) return undefined
    const cause = `its Authentication "${String(authentication)}" needs a token service, and it names none`
    const fix = `Set tokenServiceURL. ${IN_COCKPIT}`
    return broken(title, cause, fix, { sent: 'none', expected: 'tokenServiceURL', ...UNUSABLE })
  }
  if (typeof url !== 'string' || !url.startsWith('http://') || /\/\/(localhost|127\.)/.test(url))
    return undefined
  // through the Cloud Connector it is a virtual host, whose URL has http as that of the system has
  const { 'tokenServiceURL.ProxyType': proxyType = ofSystem } = configuration
  if (proxyType === 'OnPremise') return undefined
  const cause = 'its token service is asked over http, with the secret of the client'
  return doubtful(title, cause, IN_COCKPIT, { sent: 'http', expected: 'https' })
}

/** True if a fragment or a chain may name the token service, or the emulated Destination service takes its own XSUAA. */
function isCompletedElsewhere({ options }: UsedService, facts: Facts): boolean {
  const { bindings = [], isLandscape } = facts
  const bound = bindings.find(({ label }) => label === 'destination')
  const uri = asJson(bound?.credentials)['uri']
  const isEmulated = isLandscape || /^https:\/\/[\w.-]*localhost(:\d+)?(\/|$)/.test(String(uri))
  const { fragmentName, chain } = asJson(options.destinationOptions)
  return isEmulated || Boolean(fragmentName ?? chain)
}
