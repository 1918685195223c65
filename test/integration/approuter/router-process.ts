import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { freePort } from '../../support/free-port.js'
import { end, Output, SAMPLE } from '../../support/sample.js'
import type { RunningSample } from '../../support/running-sample.js'
import { processEnvironment } from '../../support/environment.js'

/** The application router in front of the sample, as `npm run approuter` starts it. */
export class Router {
  readonly url: string
  readonly #child: ChildProcess
  readonly #folder: string

  private constructor(url: string, child: ChildProcess, folder: string) {
    this.url = url
    this.#child = child
    this.#folder = folder
  }

  static async start(
    { emulator, sample }: RunningSample,
    env: Record<string, string> = {}
  ): Promise<Router> {
    const folder = mkdtempSync(join(tmpdir(), 'cds-principal-router-'))
    const ca = join(folder, 'ca.pem')
    writeFileSync(ca, emulator.ca)
    const port = await freePort()
    const child = spawn(process.execPath, [join(SAMPLE, 'scripts/approuter.mjs')], {
      env: {
        ...processEnvironment(),
        PORT: String(port),
        API: sample.url,
        NODE_EXTRA_CA_CERTS: ca,
        VCAP_SERVICES: JSON.stringify(emulator.vcapServices()),
        ...env
      },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    await new Output(child).printed(/Application router is listening on port/)
    return new Router(`http://localhost:${port}`, child, folder)
  }

  async stop(): Promise<void> {
    await end(this.#child)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
