import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

import { end, Output } from './sample.js'
import { freePort } from './free-port.js'

/** A Redis server of this process, gone with its data when it is stopped. */
export interface Redis {
  readonly port: number
  readonly uri: string
  readonly pid: number
  stop(signal?: NodeJS.Signals): Promise<void>
}

/** Path of the server; `undefined` where it is not installed. */
export function redisProgram(): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  return folders.map((folder) => join(folder, 'redis-server')).find((path) => existsSync(path))
}

/** Starts a server with a password, in a folder of its own. It listens on the loopback interface, and keeps everything in memory. */
export async function startRedis(
  program: string,
  password: string,
  more: readonly string[] = [],
  port?: number
): Promise<Redis> {
  const folder = mkdtempSync(join(tmpdir(), 'redis-'))
  const listening = port ?? (await freePort())
  const settings = ['--save', '', '--appendonly', 'no', '--dir', folder, '--requirepass', password]
  const address = ['--bind', '127.0.0.1', '--port', String(listening)]
  const child: ChildProcess = spawn(program, [...address, ...settings, ...more], {
    stdio: ['ignore', 'pipe', 'pipe']
  })
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  await new Output(child).printed(/Ready to accept connections/)
  return {
    port: listening,
    uri: `redis://somebody:${encodeURIComponent(password)}@127.0.0.1:${String(listening)}`,
    pid: child.pid ?? 0,
    stop: async (signal = 'SIGKILL') => {
      process.off('exit', kill)
      await end(child, signal)
      rmSync(folder, { recursive: true, force: true })
    }
  }
}
