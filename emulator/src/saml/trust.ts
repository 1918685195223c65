import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import type { MockUser } from '../option-types.js'
import type { SigningIdentity } from './signing-identity.js'

/** A trust configuration of the emulated subaccount: whose SAML assertions its XSUAA accepts. */
export interface TrustOptions {
  /** `Issuer` of the assertions. Not with `destinationTrust` and `identityTrust`. */
  entityId?: string
  /** PEM texts or files (relative to `root`) of the certificates; each is enough. Not with these either. */
  certificate?: string | readonly string[]
  /** `true`: the issuer is the emulated Destination service of the subaccount itself. */
  destinationTrust?: boolean
  /** `true`: the issuer is the emulated Identity Authentication. */
  identityTrust?: boolean
  /** True if users are created with their first assertion. Default: `true`. */
  createShadowUsers?: boolean
  /** Users that have roles of their own, by name (`NameID`); written as CAP's mocked users. */
  users?: Readonly<Record<string, Pick<MockUser, 'roles' | 'attr'>>>
  /** Role templates or role collections by the value of the attribute `Groups`. */
  roleCollections?: Readonly<Record<string, string | readonly string[]>>
}

/** A trusted identity provider. */
export interface TrustedProvider {
  /** Name of the trust configuration; it becomes the claim `origin`. */
  readonly origin: string
  /** Resolved when they are needed: the keys of the emulator's own services are made on demand. */
  readonly issuer: () => Promise<{ entityId: string; certificates: readonly string[] }>
  readonly entityId: string
  readonly createShadowUsers: boolean
  readonly users: Readonly<Record<string, Pick<MockUser, 'roles' | 'attr'>>>
  readonly roleCollections: ReadonlyMap<string, readonly string[]>
}

/** A service of the landscape as an identity provider. */
export interface OwnIssuer {
  readonly entityId: string
  readonly identity: () => Promise<SigningIdentity>
}

/** The services of the landscape that sign assertions, by the option that trusts them. */
export type OwnIssuers = Readonly<Record<'destinationTrust' | 'identityTrust', OwnIssuer>>

/**
 * Reads `trust`: identity providers by the name of their trust configuration.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function readTrust(
  trust: Readonly<Record<string, TrustOptions>>,
  root: string,
  own: OwnIssuers,
  place = 'trust'
): TrustedProvider[] {
  const providers = Object.entries(trust).map(([origin, options]) =>
    readProvider(`${place}.${origin}`, origin, options, root, own)
  )
  for (const [i, { entityId, origin }] of providers.entries()) {
    const same = providers.slice(0, i).find((other) => other.entityId === entityId)
    if (same) fail(`${place}.${origin}`, `has the same issuer as ${place}.${same.origin}`)
  }
  return providers
}

function readProvider(
  path: string,
  origin: string,
  options: TrustOptions,
  root: string,
  own: OwnIssuers
): TrustedProvider {
  if (!isObject(options)) fail(path, 'must be an object')
  const { users = {}, roleCollections = {}, createShadowUsers = true } = options
  if (!isObject(users)) fail(`${path}.users`, 'must be an object')
  if (!isObject(roleCollections)) fail(`${path}.roleCollections`, 'must be an object')
  return {
    origin,
    ...readIssuer(path, options, root, own),
    createShadowUsers,
    users,
    roleCollections: new Map(
      Object.entries(roleCollections).map(([group, roles]) => [group, [roles].flat()])
    )
  }
}

const OWN = ['destinationTrust', 'identityTrust'] as const

function readIssuer(path: string, options: TrustOptions, root: string, own: OwnIssuers) {
  const { entityId, certificate } = options
  const [name, other] = OWN.filter((each) => options[each] === true)
  if (name) {
    if (entityId !== undefined || certificate !== undefined || other) {
      fail(
        `${path}.${name}`,
        'stands for an issuer of its own, without "entityId", "certificate" and any other'
      )
    }
    const service = own[name]
    const issuer = async () => {
      const { certificate: pem } = await service.identity()
      return { entityId: service.entityId, certificates: [pem] }
    }
    return { entityId: service.entityId, issuer }
  }
  if (typeof entityId !== 'string' || !entityId)
    fail(`${path}.entityId`, 'must be the issuer of the assertions')
  const certificates = [certificate ?? []].flat().map((each) => readCertificate(path, each, root))
  if (!certificates.length)
    fail(`${path}.certificate`, 'must be a certificate (PEM) or a file with one')
  return { entityId, issuer: () => Promise.resolve({ entityId, certificates }) }
}

/** @returns PEM of an RSA certificate with at least 2048 bits */
function readCertificate(path: string, value: unknown, root: string): string {
  const option = `${path}.certificate`
  if (typeof value !== 'string')
    return fail(option, 'must be a certificate (PEM) or a file with one')
  const file = resolve(root, value)
  const pem = value.includes('-----BEGIN') ? value : existsSync(file) && readFileSync(file, 'utf8')
  if (!pem) return fail(option, `names a file that does not exist: ${value}`)
  try {
    const certificate = new X509Certificate(pem)
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    if (asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) {
      return certificate.toString()
    }
  } catch {
    return fail(option, 'is not a certificate (PEM)')
  }
  return fail(option, 'must be of an RSA key with at least 2048 bits')
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function fail(option: string, problem: string): never {
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${option} ${problem}`)
}
