import type { EmulatorOptions } from '../types.js'
import type { DelegationTrustOptions } from './delegation-options.js'

/** Options of a required service by which the landscape knows the application. */
interface Delegation {
  readonly ias?: DelegationTrustOptions
  readonly userToken?: DelegationTrustOptions
  readonly saml?: DelegationTrustOptions
}

const NAMES = ['issuer', 'assertionIssuer', 'origin'] as const

/**
 * Returns the option `delegation` of a project: there is one if a required service has `delegation`, with the names that this
 * configuration has.
 *
 * @param own - of `cds.requires.auth.emulator`
 */
export function delegationOf(
  requires: Readonly<Record<string, unknown>>,
  own: EmulatorOptions['delegation']
): Pick<EmulatorOptions, 'delegation'> {
  const delegations = Object.entries(requires).flatMap(([name, options]) =>
    name === 'kinds' ? [] : [(Object(options) as { delegation?: unknown }).delegation]
  )
  const asked = delegations.filter(Boolean)
  if (own === false || (own === undefined && !asked.length)) return {}
  const ways = asked
    .map((each) => Object(each) as Delegation)
    .flatMap(({ ias, saml, userToken }) => [ias, saml, userToken])
  const given = typeof own === 'object' ? own : {}
  const names = NAMES.flatMap((name) => {
    const value = given[name] ?? ways.find((way) => way?.[name])?.[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { delegation: names.length ? Object.fromEntries(names) : true }
}
