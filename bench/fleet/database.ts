import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Cluster } from '../../test/support/postgres.js'

const run = promisify(execFile)

/** A row of the queue that is left. */
export interface LeftRow {
  readonly attempts: number
  readonly status: string | null
  readonly error: string | null
}

/** Looks into the database of the application, past the application. */
export class Database {
  readonly #programs: string
  readonly #host: string

  /** @param programs - folder of those of PostgreSQL */
  constructor(programs: string, { credentials: { host } }: Cluster) {
    this.#programs = programs
    this.#host = host
  }

  /** All tables, as text. */
  dump(): Promise<string> {
    return this.#run('pg_dump', ['postgres'])
  }

  /** Ids of the work notes. */
  async notes(): Promise<Set<string>> {
    const ids = await this.#select('SELECT id FROM maintenance_worknotes')
    return new Set(ids.map(String))
  }

  /** Rows that wait in the queue, or that it has given up. */
  async rows(): Promise<LeftRow[]> {
    const columns = 'attempts, status, left(lasterror, 300) AS error'
    return (await this.#select(
      `SELECT row_to_json(r) FROM (SELECT ${columns} FROM cds_outbox_messages) r`
    )) as LeftRow[]
  }

  async #select(sql: string): Promise<unknown[]> {
    const text = await this.#run('psql', ['-d', 'postgres', '-At', '-c', sql])
    const lines = text.split('\n').filter((line) => line !== '')
    return lines.map((line) => (line.startsWith('{') ? (JSON.parse(line) as unknown) : line))
  }

  async #run(program: string, args: readonly string[]): Promise<string> {
    const connection = ['-h', this.#host, '-U', 'cap']
    const options = { maxBuffer: 1 << 30 }
    const { stdout } = await run(join(this.#programs, program), [...connection, ...args], options)
    return stdout
  }
}
