import { fork } from 'node:child_process'
import { join } from 'node:path'

import { findLibrary } from '../libraries.js'
import type { Csn } from './csn.js'

/** Milliseconds for one file. */
const TIMEOUT = 60_000

/**
 * Converts an EDMX file to CSN with CAP's `cds import`. Each file gets a process: the import keeps parts of one file for the
 * next one.
 *
 * @throws Error that names the file
 */
export async function importEdmx(file: string, root: string): Promise<Csn> {
  const toolkit = findLibrary('@sap/cds-dk', root, 'services of EDMX files')
  const child = fork(join(__dirname, 'import-process.js'), [toolkit, file], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    timeout: TIMEOUT
  })
  return new Promise((done, fail) => {
    const failed = (reason: string) => {
      fail(new Error(`${file}: cds import does not read it: ${reason}`))
    }
    child.once('message', ({ csn, error }: { csn?: Csn; error?: string }) => {
      if (csn) done(csn)
      else failed(error ?? 'no answer')
    })
    child.once('exit', () => {
      failed('its process ended')
    })
  })
}
