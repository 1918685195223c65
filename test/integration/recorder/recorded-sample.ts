import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { askLandscape } from '../../../emulator/src/process/control.js'
import type { Landscape } from '../../../emulator/src/process/attached.js'
import type { Trace } from '../../../emulator/src/recorder/types.js'
import { type Client, client } from '../../support/client.js'
import type { Issuer } from '../../support/internet-backend.js'
import { processEnvironment } from '../../support/environment.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { end, Output, SAMPLE } from '../../support/sample.js'

/** The command of the package. */
export const CLI = join(SAMPLE, 'dist/cli/main.js')
const CDS_SERVE = join(SAMPLE, 'node_modules/@sap/cds/bin/serve.js')
const LISTENING = /server listening on[^']*'(http:\/\/localhost:\d+)'/

/** A path that the Cloud Connector does not expose. */
const NOWHERE = {
  kind: 'rest',
  onBehalfOf: 'namedUser',
  credentials: { destination: 'S4', path: '/sap/bc/nowhere' }
}

/** Differences from the sample itself. */
interface RecordedOptions {
  /** Folder with further services. Default: those that the recorder has to tell apart. */
  readonly extra?: string
  readonly requires?: Record<string, object>
  readonly destinations?: object
  /** Further certificate authorities to trust, PEM. */
  readonly ca?: string
}

interface Configuration {
  readonly requires: {
    readonly auth: { readonly '[development]': { readonly emulator: { destinations: object } } }
  }
}

/** The sample as `cds watch` runs it, with a landscape in a process of its own. */
export class RecordedSample {
  readonly root: string
  readonly output: Output
  readonly #child: ChildProcess
  readonly #clients: Client[] = []

  private constructor(root: string, env: Record<string, string>) {
    this.root = root
    this.#child = spawn(process.execPath, ['--import', 'tsx', CDS_SERVE], {
      cwd: root,
      env: processEnvironment({ PORT: '0', CDS_TYPESCRIPT: 'tsx', ...env }),
      stdio: ['ignore', 'pipe', 'pipe']
    })
    this.output = new Output(this.#child)
  }

  static async start(options: RecordedOptions = {}): Promise<RecordedSample> {
    const { extra = join(__dirname, 'app'), requires = { NOWHERE }, destinations, ca } = options
    const root = copyOfSample()
    cpSync(extra, join(root, 'srv'), { recursive: true })
    const file = join(root, '.cdsrc.json')
    const configuration = JSON.parse(readFileSync(file, 'utf8')) as Configuration
    Object.assign(configuration.requires, requires)
    const { emulator } = configuration.requires.auth['[development]']
    Object.assign(emulator.destinations, destinations)
    writeFileSync(file, JSON.stringify(configuration))
    if (ca) writeFileSync(join(root, 'ca.pem'), ca)
    const sample = new RecordedSample(root, {
      ...(ca && { NODE_EXTRA_CA_CERTS: join(root, 'ca.pem') })
    })
    try {
      await sample.output.printed(LISTENING)
      await sample.output.printed(/API=/)
    } catch (error) {
      rmSync(root, { recursive: true, force: true })
      throw error
    }
    return sample
  }

  get url(): string {
    return LISTENING.exec(this.output.text)?.[1] ?? ''
  }

  /** The address of the page, as it is printed. */
  get page(): string {
    return /(http:\/\/127\.0\.0\.1:\d+\/[\w-]{20,}\/)/.exec(this.output.text)?.[1] ?? ''
  }

  /** A client with a token of the command `token`. */
  as(...parameters: string[]): Client {
    return this.with(`Bearer ${this.token(...parameters)}`)
  }

  token(...parameters: string[]): string {
    return this.command('token', ...parameters).stdout.trim()
  }

  with(authorization: string): Client {
    const one = client(this.url, authorization)
    this.#clients.push(one)
    return one
  }

  command(...parameters: string[]) {
    const all = [
      CLI,
      ...parameters,
      ...(parameters.includes('--project') ? [] : ['--project', this.root])
    ]
    return spawnSync(process.execPath, all, { encoding: 'utf8', cwd: this.root })
  }

  /** The emulated XSUAA of the landscape. */
  async landscape(): Promise<Issuer> {
    const answer = await askLandscape(this.root, 'GET', '/landscape')
    const { ca, vcapServices } = (answer?.body as { landscape: Landscape }).landscape
    return { ca, url: String(vcapServices.xsuaa[0]?.credentials['url']) }
  }

  /** The first recorded request for which a condition is true. */
  async trace(condition: (trace: Trace) => boolean): Promise<Trace> {
    const known: Trace[] = []
    for (;;) {
      const after = Math.max(0, ...known.map(({ version }) => version))
      const answer = await askLandscape(this.root, 'POST', '/traces', { after, timeout: 10_000 })
      const { traces } = answer?.body as { traces: Trace[] }
      const found = traces.find(condition)
      if (found) return found
      if (!traces.length)
        throw new Error(`not recorded; there are ${JSON.stringify(known, null, 1)}`)
      known.push(...traces)
    }
  }

  async stop(): Promise<void> {
    for (const each of this.#clients) each.close()
    await askLandscape(this.root, 'POST', '/stop', {})
    await end(this.#child)
    rmSync(this.root, { recursive: true, force: true })
  }
}
