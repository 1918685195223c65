import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

import { SYSTEM_START_TIMEOUT } from '../backend/child.js'
import { EmulatorError } from '../emulator-error.js'

/** Milliseconds that a landscape may take to start: longer than its systems, whose error names the one that is not ready. */
export const START_TIMEOUT = SYSTEM_START_TIMEOUT + 15_000

/**
 * Returns the address at which the landscape of a project listens for its own tools: a Unix socket in a folder that only this user can open (a
 * named pipe on Windows). So bindings and tokens of "cds watch" are in no file.
 *
 * @param root - project folder
 */
export function controlSocket(root: string): string {
  const id = createHash('sha256').update(resolve(root)).digest('hex').slice(0, 16)
  if (process.platform === 'win32') return `\\\\.\\pipe\\cds-principal-${id}`
  const folder = join(tmpdir(), `cds-principal-${String(userInfo().uid)}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  checkOwner(folder)
  return join(folder, `${id}.sock`)
}

/** Temporary folders are everybody's: one of that name that somebody else has made would be a trap. */
function checkOwner(folder: string): void {
  const { uid, mode, isDirectory } = statOf(folder)
  if (isDirectory && uid === userInfo().uid && (mode & 0o077) === 0) return
  throw new EmulatorError(
    'ERR_EMULATOR_START',
    `${folder} must be a folder that only you can open: remove it, and look who has made it`
  )
}

function statOf(path: string) {
  const stat = lstatSync(path)
  return { uid: stat.uid, mode: stat.mode, isDirectory: stat.isDirectory() }
}

/** The answer of a landscape. */
export interface ControlAnswer {
  readonly status: number
  readonly body: unknown
}

/**
 * Asks the landscape of a project.
 *
 * @param timeout - milliseconds without an answer
 * @returns its answer, or `undefined` when none is running
 */
export function askLandscape(
  root: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  timeout = 30_000
): Promise<ControlAnswer | undefined> {
  return new Promise((done, fail) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (isAbsent(error)) done(undefined)
      else fail(error)
    }
    const socketPath = controlSocket(root)
    const headers = { 'content-type': 'application/json' }
    const req = request({ socketPath, method, path, headers, timeout }, (res) => {
      text(res).then((json) => {
        done({
          status: res.statusCode ?? 0,
          body: json ? (JSON.parse(json) as unknown) : undefined
        })
      }, failed)
    })
    req.on('timeout', () => req.destroy(new Error('the emulated landscape does not answer')))
    req.on('error', failed)
    req.end(body && JSON.stringify(body))
  })
}

/** No socket, nobody behind it, or closed while it was asked. */
function isAbsent({ code }: NodeJS.ErrnoException): boolean {
  return ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(String(code))
}
