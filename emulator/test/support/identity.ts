import type { Emulator, EmulatorOptions } from '../../src/index.js'
import { send, type Response } from './http.js'
import { options as common } from './maintenance.js'

/** The grants of an application that uses jwt-bearer as well, which it does not have by default. */
export const GRANT_TYPES = [
  'client_credentials',
  'password',
  'authorization_code',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer'
]

/** With other applications in both directions, and a subscriber with an alice of its own. */
export const identityOptions: EmulatorOptions = {
  ...common,
  users: { ...common.users, alice: { roles: ['Technician'], attr: { groups: ['staff'] } } },
  tenants: { 'customer-1': { users: { alice: { password: 'theirs' } } } },
  identity: {
    grantTypes: GRANT_TYPES,
    providedApis: ['Maintain', 'Read'],
    consumedServices: ['destination'],
    applications: {
      orders: {
        providedApis: ['Orders.Read', 'Orders.Write'],
        consumes: ['Read'],
        grantTypes: GRANT_TYPES
      },
      bills: {}
    },
    dependencies: {
      'orders-all': { application: 'orders' },
      'orders-read': { application: 'orders', api: 'Orders.Read' }
    }
  }
}

/** Credentials of the identity binding, or of another application's. */
export function identityCredentials(emulator: Emulator, application?: string) {
  const binding =
    application === undefined
      ? emulator.vcapServices().identity?.[0]
      : emulator.applicationBinding(application, 'identity')
  return binding?.credentials as Record<string, string> & { domains: string[] }
}

/** POST /oauth2/token, by default as the bound application. */
export function requestIdentityToken(
  emulator: Emulator,
  parameters: Record<string, string>,
  client = identityCredentials(emulator)
): Promise<Response> {
  const { clientid = '', clientsecret, url, certificate, key } = client
  const form = new URLSearchParams({
    client_id: clientid,
    ...(clientsecret && { client_secret: clientsecret }),
    ...parameters
  })
  return send(`${url}/oauth2/token`, {
    method: 'POST',
    ca: emulator.ca,
    ...(certificate && key && { cert: certificate, key }),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString()
  })
}
