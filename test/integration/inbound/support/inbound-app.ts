import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { end, Output, SAMPLE } from '../../../support/sample.js'
import type { TestXsuaa } from './test-xsuaa.js'
import { processEnvironment } from '../../../support/environment.js'

export type Mode = 'development' | 'production'

export const MODES: Mode[] = ['development', 'production']

/** How the app is run. */
export interface AppOptions {
  readonly mode: Mode
  readonly xsuaa: TestXsuaa
  /** `false`: with CAP's own strategy `xsuaa`, and the plugin not loaded. */
  readonly plugin?: boolean
  /** Changes of the binding's credentials. */
  readonly credentials?: object
  readonly env?: Readonly<Record<string, string>>
}

/** The app, running in a process of its own. */
export interface InboundApp {
  readonly url: URL
  /** What it has printed so far, with all that it printed before it last answered a request. */
  output(): Promise<string>
  isRunning(): boolean
  stop(): Promise<void>
}

/** Starts the app with `cds-serve`, bound to the XSUAA. */
export async function startApp(options: AppOptions): Promise<InboundApp> {
  const root = projectFolder(options)
  const child = spawn(process.execPath, [join(root, 'node_modules/@sap/cds/bin/serve.js')], {
    cwd: root,
    env: environment(root, options),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const output = new Output(child)
  const listening = /server listening on[^]*?(http:\/\/localhost:\d+)/
  try {
    await output.printed(listening)
  } catch (error) {
    rmSync(root, { recursive: true, force: true })
    throw error
  }
  return {
    url: new URL(listening.exec(output.text)?.[1] ?? ''),
    output: () => output.soFar(),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      await end(child)
      rmSync(root, { recursive: true, force: true })
    }
  }
}

function projectFolder({ xsuaa, plugin = true }: AppOptions): string {
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-inbound-'))
  cpSync(join(__dirname, '../app'), root, { recursive: true })
  symlinkSync(join(SAMPLE, 'node_modules'), join(root, 'node_modules'))
  const dependencies = { ...(plugin && { 'cds-principal': '*' }) }
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'inbound', dependencies }))
  const auth = { kind: plugin ? 'principal' : 'xsuaa' }
  writeFileSync(join(root, '.cdsrc.json'), JSON.stringify({ requires: { auth } }))
  writeFileSync(join(root, 'ca.pem'), xsuaa.ca)
  return root
}

function environment(
  root: string,
  { mode, xsuaa, credentials, env }: AppOptions
): NodeJS.ProcessEnv {
  return {
    ...processEnvironment({ HOME: root }),
    NODE_ENV: mode,
    PORT: '0',
    NODE_EXTRA_CA_CERTS: join(root, 'ca.pem'),
    VCAP_SERVICES: JSON.stringify({
      xsuaa: [
        {
          label: 'xsuaa',
          name: 'inbound-xsuaa',
          plan: 'broker',
          tags: ['xsuaa'],
          credentials: { ...xsuaa.credentials, ...credentials }
        }
      ]
    }),
    ...env
  }
}
