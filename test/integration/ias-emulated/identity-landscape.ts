import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ApplicationRouter, Emulator } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, SAMPLE, startSample } from '../../support/sample.js'
import { claimsOf, type Response, send } from '../../../emulator/test/support/http.js'
import {
  identityCredentials,
  requestIdentityToken
} from '../../../emulator/test/support/identity.js'

const S4 = 's4.internal:44300'

/** A tenant that has subscribed to the application. */
export const SUBSCRIBER = 'acme-id'

/** Certificate and key of a client, PEM. */
export interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

/** Applications bound to Identity Authentication by certificate, behind the platform's router. */
export class IdentityLandscape {
  readonly emulator: Emulator
  readonly #samples: Sample[] = []

  private constructor(emulator: Emulator) {
    this.emulator = emulator
  }

  static async start(): Promise<IdentityLandscape> {
    const descriptor = JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')) as object
    const S4 = {
      URL: 'http://s4.internal:44300',
      ProxyType: 'OnPremise',
      Authentication: 'PrincipalPropagation'
    }
    const emulator = await startLandscape({
      xsSecurity: { ...descriptor, 'tenant-mode': 'shared' },
      // its Cloud Connector exposes the same system, as nothing else is said
      tenants: { [SUBSCRIBER]: { users: { bob: {} }, destinations: { S4 } } },
      identity: {
        credentialType: 'X509_GENERATED',
        providedApis: ['Read'],
        applications: { orders: { consumes: ['Read'] }, strangers: {} }
      }
    })
    return new IdentityLandscape(emulator)
  }

  /** Starts the application with some of the bindings, and the router in front of it. */
  async serve(
    bindings: readonly string[],
    exchange = true,
    policy: object = {}
  ): Promise<ApplicationRouter> {
    const router = await this.emulator.startRouter()
    const vcap = Object.entries(this.emulator.vcapServices())
    const sample = await startSample({
      emulator: this.emulator,
      extra: join(__dirname, 'app'),
      requires: {
        ...(bindings.includes('xsuaa') && { identity: {} }),
        API_EQUIPMENT: { destinationOptions: { iasToXsuaaTokenExchange: exchange }, ...policy }
      },
      env: {
        VCAP_SERVICES: JSON.stringify(
          Object.fromEntries(vcap.filter(([name]) => bindings.includes(name)))
        ),
        VCAP_APPLICATION: JSON.stringify(router.vcapApplication)
      }
    })
    this.#samples.push(sample)
    router.forwardTo(sample.url)
    return router
  }

  /** The id token of a user who logs on at Identity Authentication. */
  async logOn(username: string, app_tid?: string): Promise<string> {
    const form = { grant_type: 'password', username, password: '', ...(app_tid && { app_tid }) }
    const { body } = await requestIdentityToken(this.emulator, form)
    return body.id_token as string
  }

  certificate(application?: string): ClientCertificate {
    const { certificate = '', key = '' } = identityCredentials(this.emulator, application)
    return { cert: certificate, key }
  }

  /** What S/4 recorded while `work` ran. */
  async recorded<T>(work: () => Promise<T>) {
    const audit = () => this.emulator.system(S4).audit()
    const before = (await audit()).length
    const result = await work()
    return { result, entries: (await audit()).slice(before) }
  }

  async stop(): Promise<void> {
    await Promise.all(this.#samples.map((sample) => sample.stop()))
    await this.emulator.stop()
  }
}

/** A request through the router: by its ordinary route, or by that with mutual TLS. */
export function throughRouter(
  emulator: Emulator,
  router: ApplicationRouter,
  options: {
    readonly token?: string
    readonly route?: 'host' | 'certHost'
    readonly certificate?: ClientCertificate
    readonly headers?: Record<string, string>
    readonly path?: string
    readonly body?: object
  }
): Promise<Response> {
  const { token, route = 'host', certificate, path = '/odata/v4/change/whoami()', body } = options
  const host = router[route]
  return send(`https://127.0.0.1:${router.port}${path}`, {
    method: body ? 'POST' : 'GET',
    ca: emulator.ca,
    servername: host,
    ...certificate,
    headers: {
      host: `${host}:${router.port}`,
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...options.headers
    },
    ...(body && { body: JSON.stringify(body) })
  })
}

export { claimsOf }
