import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { end, Output, SAMPLE } from '../../../support/sample.js'
import { processEnvironment } from '../../../support/environment.js'

/** An application that is bound to one issuer, as `cds-serve` runs it. */
export interface BoundApp {
  readonly url: URL
  output(): Promise<string>
  stop(): Promise<void>
}

/** How both are run. */
export interface PairOptions {
  /** CAP's own strategy, and with it the label of the binding. */
  readonly stock: 'xsuaa' | 'ias'
  readonly credentials: object
  /** Certificate authorities to trust, PEM. */
  readonly ca: string
  readonly mode: 'development' | 'production'
  /** Folder of the application, default: `inbound-app`. */
  readonly app?: string
  /** Other plugins that the application has. */
  readonly plugins?: readonly string[]
  /** Further required services. */
  readonly requires?: object
}

/** Starts the same application twice: with CAP's own strategy, and with the plugin. */
export async function startPair(options: PairOptions): Promise<{ stock: BoundApp; own: BoundApp }> {
  const started = await Promise.allSettled([startApp(options, false), startApp(options, true)])
  const [stock, own] = started.map((each) => (each.status === 'fulfilled' ? each.value : undefined))
  if (stock && own) return { stock, own }
  await Promise.all([stock?.stop(), own?.stop()])
  throw started.find((each) => each.status === 'rejected')?.reason
}

const LISTENING = /server listening on[^]*?(http:\/\/localhost:\d+)/

async function startApp(options: PairOptions, plugin: boolean): Promise<BoundApp> {
  const root = projectFolder(options, plugin)
  const child = spawn(process.execPath, [join(root, 'node_modules/@sap/cds/bin/serve.js')], {
    cwd: root,
    env: environment(root, options),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = new Output(child)
  try {
    await output.printed(LISTENING)
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
  return {
    url: new URL(LISTENING.exec(output.text)?.[1] ?? ''),
    output: () => output.soFar(),
    stop: async () => {
      await end(child)
      rmSync(root, { recursive: true, force: true })
    }
  }
}

function projectFolder(options: PairOptions, plugin: boolean): string {
  const { stock, ca, app = 'inbound-app', plugins = [], requires } = options
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-parity-'))
  cpSync(join(__dirname, '..', app), root, { recursive: true })
  symlinkSync(join(SAMPLE, 'node_modules'), join(root, 'node_modules'))
  const names = [...plugins, ...(plugin ? ['cds-principal'] : [])]
  const dependencies = Object.fromEntries(names.map((name) => [name, '*']))
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'parity', dependencies }))
  const auth = { kind: plugin ? 'principal' : stock }
  const features = { in_memory_db: true } // CAP 9 fills none in production
  writeFileSync(
    join(root, '.cdsrc.json'),
    JSON.stringify({ features, requires: { ...requires, auth } })
  )
  writeFileSync(join(root, 'ca.pem'), ca)
  return root
}

function environment(root: string, { stock, credentials, mode }: PairOptions): NodeJS.ProcessEnv {
  const label = stock === 'ias' ? 'identity' : 'xsuaa'
  const binding = { label, name: label, plan: 'application', tags: [label], credentials }
  return {
    ...processEnvironment({ HOME: root }),
    NODE_ENV: mode,
    PORT: '0',
    NODE_EXTRA_CA_CERTS: join(root, 'ca.pem'),
    VCAP_SERVICES: JSON.stringify({ [label]: [binding] })
  }
}
