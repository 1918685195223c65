import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** What `@cap-js/postgres` needs to connect. */
export interface Credentials {
  readonly host: string
  readonly user: string
  readonly database: string
}

/** A PostgreSQL server of this process, gone with its data when it is stopped. */
export interface Cluster {
  readonly credentials: Credentials
  /** Process that the server's others are children of. */
  readonly pid: number
  /** Ends it, and starts it again with its data. @param milliseconds - for which it is away */
  restart(milliseconds: number): Promise<void>
  stop(): Promise<void>
}

/** Who the server runs as: it refuses to be root. */
interface Account {
  uid?: number
  gid?: number
}

/** Where Debian and its relatives keep the server, with a folder for each version. */
const VERSIONS = '/usr/lib/postgresql'

/** Folder of the server's programs; `undefined` where there is none, or nobody that it could run as. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(VERSIONS) || !account()) return undefined
  const folders = readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a))
  return folders.map((version) => join(VERSIONS, version, 'bin')).find(isComplete)
}

function isComplete(folder: string): boolean {
  return ['initdb', 'postgres'].every((program) => existsSync(join(folder, program)))
}

/**
 * Starts a server in a folder of its own. It listens on a Unix socket there that only its account and root get to.
 *
 * @param programs - what {@link postgresPrograms} has found
 */
export async function startPostgres(programs: string): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'))
  const options = { ...account(), cwd: folder }
  if (options.uid !== undefined) chownSync(folder, options.uid, options.gid ?? options.uid)
  const data = join(folder, 'data')
  const settings = ['-U', 'cap', '-A', 'trust', '--locale=C', '-E', 'UTF8', '--no-sync']
  execFileSync(join(programs, 'initdb'), ['-D', data, ...settings], { ...options, stdio: 'ignore' })
  const quick = ['-c', 'listen_addresses=', '-c', 'fsync=off']
  const start = async () => {
    const program = join(programs, 'postgres')
    const args = ['-D', data, '-k', folder, ...quick]
    server = spawn(program, args, { ...options, stdio: 'ignore' })
    await ready(server, join(data, 'postmaster.pid'))
  }
  let server: ChildProcess | undefined
  const end = () => server?.kill('SIGINT') ?? false
  const ended = async () => {
    if (server?.exitCode === null && end()) await once(server, 'exit')
  }
  process.once('exit', end)
  await start()
  const credentials = { host: folder, user: 'cap', database: 'postgres' }
  return {
    credentials,
    get pid() {
      return server?.pid ?? 0
    },
    restart: async (milliseconds) => {
      await ended()
      await delay(milliseconds)
      await start()
    },
    stop: async () => {
      process.off('exit', end)
      await ended()
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** It listens before it takes connections; whether it does is in a line of its file, which `pg_ctl` reads as well. */
async function ready(server: ChildProcess, file: string): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(existsSync(file) && /^ready *$/m.test(readFileSync(file, 'utf8')))) {
    if (server.exitCode !== null || Date.now() > deadline)
      throw new Error('PostgreSQL has not started')
    await delay(20)
  }
}

/** Of the package's own user if this process is root's. */
function account(): Account | undefined {
  if (process.getuid?.() !== 0) return {}
  try {
    const id = (option: string) => Number(execFileSync('id', [option, 'postgres'], QUIET))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

const QUIET = { stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] }
