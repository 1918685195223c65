import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { credentials } from '../../../../emulator/test/support/http.js'
import { processEnvironment } from '../../../support/environment.js'
import type { FidelityLandscape } from '../landscape.js'
import { startXsuaa } from './log-on.js'

/** XSUAA, for clients that are programs of their own. */
export interface ForPrograms {
  readonly landscape: FidelityLandscape
  /** Folder for files of the test, with `ca.pem`. */
  readonly folder: string
  /** Runs a program in the folder, with the binding in `URL`, `ID` and `SECRET`. @returns its output */
  run(program: string, args: readonly string[], env?: Record<string, string>): Promise<string>
  stop(): Promise<void>
}

export async function startForPrograms(): Promise<ForPrograms> {
  const landscape = await startXsuaa()
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-client-'))
  writeFileSync(join(folder, 'ca.pem'), landscape.emulator.ca)
  const {
    url: URL = '',
    clientid: ID = '',
    clientsecret: SECRET = ''
  } = credentials(landscape.emulator)
  return {
    landscape,
    folder,
    // not in one step: the emulator is in this process
    async run(program, args, env = {}) {
      const options = { cwd: folder, env: processEnvironment({ URL, ID, SECRET, ...env }) }
      const { stdout } = await promisify(execFile)(program, args, options)
      return stdout
    },
    async stop() {
      await landscape.stop()
      rmSync(folder, { recursive: true })
    }
  }
}

/** `describe` where a program is installed; otherwise the tests are skipped, and their name says why. */
export function describeWith(program: string, work: () => void): void {
  if (spawnSync(program, ['--version']).status === 0) describe(program, work)
  else describe.skip(`${program} (which is not installed)`, work)
}
