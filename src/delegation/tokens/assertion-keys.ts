import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'

import type { JWK } from 'jose'

import { cap } from '../../cap.js'
import { ConfigurationError } from '../../errors.js'
import { boundKeys, jose } from '../keys.js'
import type { DelegatedService } from '../options.js'

/** Key by which the platform trusts the application. */
export interface AssertionKey {
  readonly kid: string
  readonly key: KeyObject
  /** Its certificate (PEM), which trust configurations of SAML have. */
  readonly certificate: string | undefined
}

/** Bits that platforms ask for. */
const SHORTEST = 2048

const prepared = new WeakMap<object, readonly AssertionKey[]>()

/**
 * Returns the keys for assertions and ID tokens about authors: the first one signs, the second one is tried where the platform does not
 * accept the first one (any more).
 *
 * @throws {@link ConfigurationError} that names the property, and no value
 * @internal
 */
export function assertionKeys({ name, credentials }: DelegatedService): readonly AssertionKey[] {
  if (credentials === undefined) {
    throw new ConfigurationError(
      `cds.requires.${name}.delegation has no "credentials": name the entry of cds.requires whose binding has the keys. Without ` +
        'them, only the emulated services trust the application (docs/delegation.md)'
    )
  }
  const binding = cap.env.requires[credentials]?.credentials
  const known = binding && prepared.get(binding)
  if (known) return known
  const path = `cds.requires.${credentials}.credentials.assertionKeys`
  const keys = boundKeys(credentials, 'assertionKeys').map((jwk) => keyOf(path, jwk))
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new ConfigurationError(`${path} has two keys with the same "kid"`)
  }
  if (binding) prepared.set(binding, keys)
  return keys
}

function keyOf(path: string, jwk: JWK): AssertionKey {
  const key = privateKeyOf(jwk)
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0 } = {} } = key ?? {}
  if (!key || type !== 'rsa' || modulusLength < SHORTEST || !jwk.kid) {
    throw new ConfigurationError(
      `${path} has a key that is no private RSA key with a "kid" and at least ${String(SHORTEST)} bits: ` +
        '"npx cds-principal delegations init" makes them'
    )
  }
  return { kid: jwk.kid, key, certificate: certificateOf(path, jwk, key) }
}

function privateKeyOf(jwk: JWK): KeyObject | undefined {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    return undefined // its message could quote the key
  }
}

/** Returns the certificate in `x5c` (RFC 7517, section 4.7). */
function certificateOf(path: string, { x5c }: JWK, key: KeyObject): string | undefined {
  const [der] = x5c ?? []
  if (der === undefined) return undefined
  try {
    const certificate = new X509Certificate(Buffer.from(der, 'base64'))
    if (certificate.checkPrivateKey(key)) return certificate.toString()
  } catch {
    // not readable, which the message says
  }
  throw new ConfigurationError(`${path} has a key whose "x5c" is not its certificate`)
}

/** Seconds for which a token of the application about an author is accepted by others. */
const LIFETIME = 300

/**
 * Signs a JWT about an author.
 *
 * @param lifetime - seconds
 * @internal
 */
export async function signedToken(
  { kid, key }: AssertionKey,
  claims: Readonly<Record<string, unknown>>,
  lifetime = LIFETIME
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const { SignJWT } = jose()
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid })
    .setJti(crypto.randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + lifetime)
    .sign(key)
}
