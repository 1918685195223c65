import { randomBytes, randomUUID } from 'node:crypto'
import type { TlsIdentity } from '../certificates/authority.js'
import type { BindingCertificate } from '../certificates/binding-certificates.js'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import { EMULATOR_TAG } from '../http/assert-local.js'
import type { Clock } from '../landscape/clock.js'
import type { ServiceBinding } from '../types.js'
import { Credentials } from './credentials.js'
import { createPayloadKeys, type PayloadKeys } from './payload.js'
import type { CredentialStoreOptions, StoreAuthentication, StorePermission } from './types.js'

/** Name of the service offering. */
export const CREDENTIAL_STORE = 'credstore'

/** Paths of the API, and of its authorization server. */
export const API = '/api/v1/credentials'
export const TOKEN = '/api/v1/token'

const AUTHENTICATION: readonly StoreAuthentication[] = ['mtls', 'basic', 'oauth:mtls']
const PERMISSIONS: readonly StorePermission[] = ['create', 'read', 'update', 'delete', 'list']

/** Milliseconds that a binding is valid by default. */
const VALID_MS = 60 * 86_400_000

/** Instance of the service with its one binding. */
export interface StoreInstance {
  readonly authentication: StoreAuthentication
  readonly permissions: readonly StorePermission[]
  readonly credentials: Credentials
  readonly keys: PayloadKeys
  /** Id of the binding, by which the client logs on. */
  readonly username: string
  /** Password for the authentication type `basic`. */
  readonly password: string
  /** Certificate for the other types. */
  readonly certificate: BindingCertificate
  readonly clock: Clock
}

/**
 * Creates the instance.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export async function createInstance(
  options: true | CredentialStoreOptions,
  clock: Clock,
  { bindings }: Pick<LandscapeCertificates, 'bindings'>
): Promise<StoreInstance> {
  const { authentication = 'mtls', permissions = PERMISSIONS } = options === true ? {} : options
  check('authentication', [authentication], AUTHENTICATION)
  check('permissions', permissions, PERMISSIONS)
  const username = `${randomUUID()}.0.${randomBytes(32).toString('base64')}`
  return {
    ...{ authentication, permissions, clock, username },
    credentials: new Credentials(clock),
    keys: await createPayloadKeys(),
    password: randomBytes(48).toString('base64'),
    certificate: await bindings.issue(username.slice(0, 36))
  }
}

function check(name: string, values: readonly unknown[], known: readonly string[]): void {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values]
  const unknown = list.find((each) => !known.some((one) => one === each))
  if (unknown === undefined) return
  const text = `credentialStore.${name}: there is no ${JSON.stringify(unknown)}, only ${known.join(', ')}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

/** Creates the binding with BTP's property names. */
export function storeBinding(
  instance: StoreInstance,
  port: number,
  guid: string,
  expiresAt: Date
): ServiceBinding {
  const { username, permissions, keys } = instance
  const name = `emulated-${CREDENTIAL_STORE}`
  const tags = [CREDENTIAL_STORE, 'securestore', 'keystore', 'credentials', EMULATOR_TAG]
  return {
    ...{ label: CREDENTIAL_STORE, name, plan: 'standard', tags },
    ...{ instance_guid: guid, instance_name: name, binding_guid: guid, binding_name: null },
    credentials: {
      expires_at: expiresAt.toISOString(),
      encryption: keys.encryption,
      parameters: { authorization: { default_permissions: permissions } },
      ...logOn(instance, port),
      url: `https://localhost:${port}${API}`,
      username
    }
  }
}

function logOn({ authentication, password, certificate }: StoreInstance, port: number) {
  if (authentication === 'basic') return { password }
  const { cert, key }: TlsIdentity = certificate
  const url = `https://localhost:${port}${TOKEN}`
  return {
    certificate: cert,
    key,
    ...(authentication === 'oauth:mtls' && { oauth_token_url: url })
  }
}

/** Time at which a binding ends that is made now. */
export const endOfBinding = (clock: Clock): Date => new Date(clock.now() + VALID_MS)
