import { join } from 'node:path'

import type { Emulator, EmulatorOptions } from '../../../emulator/src/index.js'
import { sharedDescriptor } from '../../../test/support/descriptor.js'
import { startLandscape } from '../../../test/support/emulator.js'
import type { InternetSystem } from './internet.js'

/** Virtual address of S/4, the same for all tenants: each has a system of its own behind it. */
export const S4 = 's4.internal:44300'

/** User and password of a destination, which the application gets and sends: they must be in no log, and in no database. */
const DESTINATION_USER = 'reader'
export const CANARY = 'canary-7d1f0c52a9e84b36'

/** User and password as they are in the header `Authorization` of a call (RFC 7617). */
export const CANARY_HEADER = Buffer.from(`${DESTINATION_USER}:${CANARY}`).toString('base64')

/** Milliseconds for which an instance that ends takes requests, until the proxy knows it. */
export const DRAIN_DELAY = 4_000

/** Milliseconds after which an instance ends that was told to, also with work under way. */
export const SHUTDOWN_TIMEOUT = 30_000

/** Subscribers; the provider's tenant has no name here. */
export const TENANTS = ['', 'customer-1', 'customer-2'] as const

/** A user of a tenant. The names are the same in all of them, and so are the plants. */
export interface User {
  readonly name: string
  readonly tenant: string
  readonly plant: string
}

const NAMES = { alice: 'Technician', bob: 'Technician', carol: 'Supervisor' } as const

export const USERS: readonly User[] = TENANTS.flatMap((tenant) =>
  Object.keys(NAMES).map((name) => ({ name, tenant, plant: name === 'bob' ? '1710' : '1010' }))
)

function landscapeUsers(): NonNullable<EmulatorOptions['users']> {
  return Object.fromEntries(
    Object.entries(NAMES).map(([name, role]) => [
      name,
      {
        roles: [role, 'Token_Exchange'],
        attr: { plant: name === 'bob' ? ['1710'] : ['1010'] }
      }
    ])
  )
}

/** What a tenant has: destinations that lead to its own place on the internet, and its own S/4. */
function ofTenant(tenant: string, url: string) {
  const onPremise = { URL: `http://${S4}`, ProxyType: 'OnPremise' }
  const internet = { URL: `${url}/${tenant || 'provider'}`, clientId: 'sb-maintenance!t1' }
  const S4_USER = { ...onPremise, Authentication: 'PrincipalPropagation', 'sap-client': '100' }
  return {
    users: landscapeUsers(),
    destinations: {
      S4: S4_USER,
      S4_SYSTEM: {
        ...{ ...onPremise, Authentication: 'OAuth2TechnicalUserPropagation' },
        ...{ clientId: 'sb-maintenance!t1', 'sap-client': '100' }
      },
      EXCHANGING: { ...internet, Authentication: 'OAuth2JWTBearer' },
      TECHNICAL: { ...internet, Authentication: 'OAuth2ClientCredentials' },
      BASIC: {
        ...{ URL: internet.URL, Authentication: 'BasicAuthentication' },
        ...{ User: DESTINATION_USER, Password: CANARY }
      }
    },
    onPremise: {
      [S4]: { backend: join(__dirname, 'system.ts'), env: { S4_REPEATABLE: 'oasis' } }
    }
  }
}

/** Starts the landscape of the fleet: three tenants, certificates that live for a minute. */
export async function startFleetLandscape(internet: InternetSystem): Promise<Emulator> {
  const [provider, ...subscribers] = TENANTS
  const emulator = await startLandscape({
    ...ofTenant(provider, internet.url),
    tenants: Object.fromEntries(subscribers.map((id) => [id, ofTenant(id, internet.url)])),
    xsSecurity: sharedDescriptor(),
    delegation: true,
    credentialTypes: { xsuaa: 'x509', destination: 'x509', connectivity: 'x509' },
    bindingCertificateValidityInSec: 60
  })
  internet.trust(emulator)
  return emulator
}

/** Options of `cds.requires` of an instance. */
export function requiredOf(
  emulator: Emulator,
  database: object,
  redis: { uri: string; secret: string; userTokens: boolean }
): Record<string, object> {
  const { credentials: bound = {} } = emulator.vcapServices()['user-provided']?.[0] ?? {}
  const { saml } = bound['ways'] as { saml: object }
  const rest = { kind: 'rest' }
  return {
    auth: { restart: { drainDelay: DRAIN_DELAY, shutdownTimeout: SHUTDOWN_TIMEOUT } },
    db: {
      ...{ kind: 'postgres', impl: '@cap-js/postgres', dialect: 'postgres', credentials: database },
      pool: { testOnBorrow: true } // else connections stay in use that a restart of the database has ended
    },
    queue: { timeout: '30s', chunkSize: 25 },
    scheduling: { flushInterval: '1s' },
    'principal-cache': {
      kind: 'principal-redis',
      credentials: { uri: redis.uri },
      encryptWith: 'cache-secret',
      userTokens: redis.userTokens
    },
    'cache-secret': { credentials: { cacheSecrets: redis.secret } },
    'delegation-keys': { vcap: { name: 'emulated-delegation-keys' } },
    API_EQUIPMENT: {
      delegation: {
        ...{ credentials: 'delegation-keys', validFor: '2h', saml },
        repeatable: 'oasis'
      }
    },
    EXCHANGING: { ...rest, onBehalfOf: 'namedUser', credentials: { destination: 'EXCHANGING' } },
    TECHNICAL: { ...rest, onBehalfOf: 'systemUser', credentials: { destination: 'TECHNICAL' } },
    BASIC: { ...rest, onBehalfOf: 'systemUser', credentials: { destination: 'BASIC' } }
  }
}
