import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

import { type Emulator, startEmulator } from '../../../emulator/src/index.js'
import { requestToken } from '../../../emulator/test/support/http.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import { processEnvironment } from '../../support/environment.js'
import { end, Output } from '../../support/sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { TokenBackend } from '../destination-types/token-backend.js'

const ROOT = resolve(__dirname, '../../..')
const S4 = 's4.internal:44300'

/** The shared cache of the instances, by the options of `cds.requires`; `undefined` for none. */
export type SharedCache =
  { readonly uri: string; readonly secret: string; readonly userTokens: boolean } | undefined

/** Several instances of a small application, which calls a system on premise and one on the internet as the user. */
export class Fleet {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fleet-'))
  readonly #instances: Instance[] = []
  readonly emulator: Emulator
  readonly #backend: TokenBackend

  private constructor(emulator: Emulator, backend: TokenBackend) {
    this.emulator = emulator
    this.#backend = backend
  }

  /** @param count - of instances */
  static async start(count: number, cache: SharedCache): Promise<Fleet> {
    const backend = await TokenBackend.start()
    trust(backend.ca) // so does the Destination service
    const emulator = await startEmulator(landscape(backend.url))
    backend.trust(emulator)
    const fleet = new Fleet(emulator, backend)
    try {
      fleet.#writeProject(cache)
      // two at a time: there are two cores
      for (let i = 0; i < count; i += 2) {
        const next = Array.from({ length: Math.min(2, count - i) }, () => fleet.#startInstance())
        fleet.#instances.push(...(await Promise.all(next)))
      }
      return fleet
    } catch (error) {
      await fleet.stop()
      throw error
    }
  }

  /** Starts one more instance. */
  async grow(): Promise<Instance> {
    const instance = await this.#startInstance()
    this.#instances.push(instance)
    return instance
  }

  get instances(): readonly Instance[] {
    return this.#instances
  }

  async token(username = 'alice'): Promise<string> {
    const { body } = await requestToken(this.emulator, { grant_type: 'password', username })
    return String(body.access_token)
  }

  /** Requests to services of the platform so far, by what they were for. */
  platformCalls(): Record<string, number> {
    const calls: Record<string, number> = {}
    for (const { path, grant, client } of this.emulator.requests('xsuaa')) {
      const service = /destination|connectivity/.exec(client ?? '')?.[0]
      count(calls, grant ? `${grant} ${service ?? 'application'}` : path.split('?')[0]!)
    }
    for (const { retrieval, path } of this.emulator.requests('destination')) {
      count(calls, retrieval ? `destination, retrieval ${retrieval}` : path)
    }
    return calls
  }

  async stop(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.stop()))
    await this.emulator.stop()
    await this.#backend.stop()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #writeProject(cache: SharedCache): void {
    const service = (destination: string) => ({
      kind: 'rest',
      credentials: { destination },
      onBehalfOf: 'namedUser'
    })
    const shared = cache && {
      'principal-cache': {
        kind: 'principal-redis',
        credentials: { uri: cache.uri },
        encryptWith: 'cache-secret',
        userTokens: cache.userTokens
      },
      'cache-secret': { credentials: { cacheSecrets: cache.secret } }
    }
    const requires = {
      auth: 'principal',
      SYSTEM: service('SYSTEM'),
      EXCHANGING: service('EXCHANGING'),
      ...shared
    }
    const content = { name: 'fleet', dependencies: { 'cds-principal': '*' }, cds: { requires } }
    writeFileSync(join(this.#folder, 'package.json'), JSON.stringify(content))
    writeFileSync(join(this.#folder, 'ca.pem'), `${this.emulator.ca}\n${this.#backend.ca}`)
    cpSync(join(ROOT, 'test/integration/fleet/app'), join(this.#folder, 'srv'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'))
  }

  async #startInstance(): Promise<Instance> {
    const serve = join(ROOT, 'node_modules/@sap/cds/bin/serve.js')
    const child = spawn(process.execPath, [serve], {
      cwd: this.#folder,
      env: processEnvironment({
        HOME: this.#folder,
        PORT: '0',
        NODE_ENV: 'test',
        NODE_EXTRA_CA_CERTS: join(this.#folder, 'ca.pem'),
        VCAP_SERVICES: JSON.stringify(this.emulator.vcapServices())
      }),
      stdio: ['ignore', 'pipe', 'pipe']
    })
    const output = new Output(child)
    await output.printed(LISTENING)
    return new Instance(child, output, LISTENING.exec(output.text)?.[1] ?? '')
  }
}

const LISTENING = /server listening on[^']*'(http:\/\/localhost:\d+)'/

/** A process of the application. */
export class Instance {
  readonly #child: ChildProcess
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 200 })
  readonly output: Output
  readonly #url: string

  constructor(child: ChildProcess, output: Output, url: string) {
    this.#child = child
    this.output = output
    this.#url = url
  }

  /** Reads both systems as the user of the token, or calls something else. */
  call(token: string, path = '/app/call()'): Promise<{ status: number; body: string }> {
    const headers = { authorization: `Bearer ${token}` }
    return new Promise((done, fail) => {
      get(`${this.#url}${path}`, { agent: this.#agent, headers }, (res) => {
        text(res).then((body) => done({ status: res.statusCode ?? 0, body }), fail)
      }).on('error', fail)
    })
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await end(this.#child)
  }
}

function landscape(url: string) {
  return {
    root: ROOT,
    xsSecurity: sharedDescriptor(),
    users: Object.fromEntries(
      ['alice', 'bob'].map((name) => [name, { roles: ['Technician', 'Token_Exchange'] }])
    ),
    destinations: {
      SYSTEM: {
        URL: `http://${S4}`,
        ProxyType: 'OnPremise',
        Authentication: 'PrincipalPropagation'
      },
      EXCHANGING: { URL: url, Authentication: 'OAuth2JWTBearer', clientId: 'sb-maintenance!t1' }
    },
    onPremise: { [S4]: { backend: join(ROOT, 'emulator/test/support/echo-backend.ts') } }
  }
}

function count(calls: Record<string, number>, name: string): void {
  calls[name] = (calls[name] ?? 0) + 1
}
