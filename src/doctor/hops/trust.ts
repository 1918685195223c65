import { fetchJson, FetchError } from '../../lib/fetch-json.js'
import { isTrustworthyUrl } from '../../lib/trustworthy-url.js'
import { bindingsOf } from '../../options.js'
import { importKey, SIGNATURE_ALGORITHMS } from '../../token/keys/usable-key.js'
import { jwksSource } from '../../token/keys/sources.js'
import { skewFinding } from './calls/clock.js'
import type { Facts } from '../facts.js'
import { asJson } from '../exports.js'
import { broken, type Finding, right, unseen } from '../row.js'

/** Milliseconds for one answer. */
const DEADLINE = 5_000

/** An issuer whose tokens are accepted. */
interface TrustedIssuer {
  readonly title: string
  /** Address whose answer has the time. */
  readonly address: string
  readonly keys: () => Promise<unknown>
}

/** Looks at the issuers whose tokens are accepted: their keys, and their clocks. */
export async function issuerFindings(facts: Facts): Promise<Finding[]> {
  const issuers = issuersOf(facts)
  if (!issuers.length) {
    const fix = facts.bindings ? undefined : facts.noBindings[1]
    return [unseen('issuer', 'none is known here', fix)]
  }
  const found = await Promise.all(issuers.map((each) => issuerFinding(each, facts.isOnline)))
  return found.flat()
}

function issuersOf({ auth, requires }: Facts): TrustedIssuer[] {
  const { xsuaa, ias } = attempt(() => bindingsOf(auth, requires as never)) ?? {}
  const own: TrustedIssuer[] = []
  if (xsuaa?.uaadomain) {
    const { uaadomain, tenantid } = xsuaa
    const host = uaadomain.replace(/^https:\/\//, '')
    const address = `https://${host}/token_keys${tenantid ? `?zid=${encodeURIComponent(tenantid)}` : ''}`
    own.push({ title: `XSUAA ${host}`, address, keys: () => fetchJson(address) })
  }
  if (typeof ias?.url === 'string') own.push(oidc(`Identity Authentication ${ias.url}`, ias.url))
  const others = Object.entries(auth.issuers ?? {}).map(([alias, { issuer, jwks }]) =>
    oidc(`issuer "${alias}"`, issuer, jwks)
  )
  return [...own, ...others]
}

function oidc(title: string, issuer: string, jwks?: string): TrustedIssuer {
  const source = jwksSource({ issuer, ...(jwks && { jwks }) })
  return { title, address: jwks ?? issuer, keys: source }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

async function issuerFinding(
  { title, address, keys }: TrustedIssuer,
  isOnline: boolean
): Promise<Finding[]> {
  if (!isOnline) return [unseen(title, 'only read: its keys were not asked for')]
  if (!isTrustworthyUrl(address)) {
    const fix = 'Use https for the issuer.'
    return [broken(title, 'its address can not be trusted', fix, { expected: 'https' })]
  }
  try {
    const usable = usableKeys(await keys())
    // some issuers don't answer HEAD: then nothing is known of the clock
    const clock = skewFinding(`clock of ${title}`, await dateOf(address).catch(() => undefined))
    return [keyFinding(title, usable), ...(clock ? [clock] : [])]
  } catch (error) {
    const sent = error instanceof FetchError ? error.message : 'no answer'
    const cause = 'its keys can not be had, so no token can be checked'
    const fix =
      'Check that this machine reaches the issuer (DNS, proxy, firewall), and its address in the binding or configuration.'
    return [
      broken(title, cause, fix, { sent, expected: 'a key set', code: 'ERR_ISSUER_UNAVAILABLE' })
    ]
  }
}

function keyFinding(title: string, usable: number): Finding {
  if (usable) return right(title, `reached; usable keys: ${usable}`)
  const fix = 'Check the keys of the issuer: RSA of 2048 bits or more, or EC, each with "kid".'
  return broken(title, 'its key set has no key that can check a signature', fix, {
    sent: 'none',
    expected: 'one',
    code: 'ERR_TOKEN_SIGNATURE'
  })
}

function usableKeys(document: unknown): number {
  const { keys } = asJson(document)
  const all: unknown[] = Array.isArray(keys) ? keys : []
  return all.filter((each) => typeof importKey(each, SIGNATURE_ALGORITHMS) === 'object').length
}

/** Returns the time of an answer, whatever its status is. */
async function dateOf(url: string): Promise<string | null> {
  const signal = AbortSignal.timeout(DEADLINE)
  const response = await fetch(url, { method: 'HEAD', redirect: 'manual', signal })
  await response.body?.cancel()
  return response.headers.get('date')
}
