import { isEmulatorInstalled } from '../../development/door.js'
import { printable } from '../../lib/redact.js'
import type { Project } from '../project/project.js'
import type { Fact } from './fact.js'

/** Returns the issuers whose tokens are accepted, with the audience that each token has to have. @internal */
export function issuers({ auth, bindings: { xsuaa, ias } }: Project): Fact[] {
  const values = [
    ...(xsuaa
      ? [
          `XSUAA: "iss" https://<subdomain>.${host(xsuaa.uaadomain)}/oauth/token; "aud" ${xsuaa.clientid} or ${xsuaa.xsappname}, or a scope ${xsuaa.xsappname}.…; keys from ${host(xsuaa.uaadomain)}`
        ]
      : []),
    ...(ias
      ? [
          `Identity Authentication: "iss" on ${ias.domains.join(', ')}; "aud" ${ias.clientid}; keys from the tenant of the token`
        ]
      : []),
    ...Object.entries(auth.issuers ?? {}).map(
      ([alias, { issuer, audience }]) =>
        `${alias}: "iss" on ${host(issuer)}; "aud" ${[audience].flat().join(' or ')}`
    )
  ]
  return [{ name: 'issuers', values: values.length ? values : [NO_ISSUER] }]
}

const NO_ISSUER =
  'none found from here: start "cds watch", or run the command where the bindings are (cds bind --exec, or in the container of the application)'

/** Returns the entries of `SAP_JWT_TRUST_ACL`. @internal */
export function trustList(): Fact[] {
  const { SAP_JWT_TRUST_ACL: value } = process.env
  return [{ name: 'SAP_JWT_TRUST_ACL', values: value ? entriesOf(value) : ['not set'] }]
}

function entriesOf(value: string): string[] {
  try {
    const list = JSON.parse(value) as { clientid?: unknown; identityzone?: unknown }[]
    return list.map(
      ({ clientid, identityzone }) =>
        `client ${printable(clientid)} of zone ${printable(identityzone)}`
    )
  } catch {
    return ['set, and no JSON list']
  }
}

/** Returns the schemes of the `Authorization` header that are accepted. @internal */
export function acceptedSchemes({ auth, landscape }: Project): Fact[] {
  const basic = landscape
    ? `Basic, from this machine: users of cds.requires.auth.users (${String(Object.keys(auth.users ?? {}).length)})`
    : isEmulatorInstalled()
      ? 'Basic only while "cds watch" runs the emulated services'
      : 'no Basic: the emulator is not installed here'
  return [{ name: 'schemes', values: ['Bearer', basic] }]
}

/** Returns the tenants whose tokens are accepted. @internal */
export function tenantMode({ auth, bindings: { xsuaa } }: Project): Fact[] {
  const claims = Object.entries(auth.issuers ?? {}).flatMap(([alias, { tenant }]) =>
    typeof tenant === 'string' ? `${alias}: the claim "${tenant}"` : []
  )
  const mode = xsuaa && [
    `XSUAA: tenantmode ${xsuaa.tenantmode ?? 'not given'}, own tenant ${printable(xsuaa.tenantid ?? xsuaa.identityzoneid)}`
  ]
  return [{ name: 'tenants', values: [...(mode ?? []), ...claims] }]
}

/** Returns how tokens of other issuers are exchanged. @internal */
export function exchanges({ auth }: Project): Fact[] {
  const values = Object.entries(auth.issuers ?? {}).flatMap(([alias, { exchange }]) => {
    if (!exchange) return []
    const { grant } = exchange
    const issuer = 'assertionIssuer' in exchange ? `, issuer ${exchange.assertionIssuer}` : ''
    return `${alias}: ${grant}${issuer}`
  })
  return [{ name: 'exchange', values: values.length ? values : ['no issuer has "exchange"'] }]
}

/** Returns the host of a URL, or of a domain without a scheme. @internal */
export function host(url: string): string {
  return URL.parse(url.includes('://') ? url : `https://${url}`)?.host ?? 'no URL'
}
