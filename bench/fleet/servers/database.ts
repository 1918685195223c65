import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'

import type { Cluster } from '../../../test/support/postgres.js'

const run = promisify(execFile)

/** A row of the queue that is left. Times are milliseconds since the epoch. */
export interface LeftRow {
  readonly attempts: number
  readonly status: string | null
  readonly error: string | null
  /** True if it was given up because a call may have happened. */
  readonly isOutcome: boolean
  /** Equipment that it changes. */
  readonly equipment: string | null
  /** State of its delegation. */
  readonly state: string | null
  /** Time at which a call was sent first. */
  readonly sentAt: number | null
  readonly lastAttempt: number | null
  /** Earliest time at which S/4 has confirmed for the same service and tenant that calls can be repeated. */
  readonly confirmedAt: number | null
}

/** Expression for the equipment that a row of the queue, `m`, changes. */
const EQUIPMENT = `substring(m.msg from 'Equipment=''([A-Z0-9]+)''')`

/** Attempts of a row that was given up: CAP sets the number to the most that the queue makes, and a run is too short for so many. */
const GIVEN_UP = 20

const milliseconds = (column: string) => `(extract(epoch from ${column}) * 1000)::bigint`

const LEFT_ROWS = `SELECT row_to_json(r) FROM (
  SELECT m.attempts, m.status, left(m.lasterror, 300) AS error,
    coalesce(m.lasterror LIKE '%ERR_DELEGATION_OUTCOME%', false) AS "isOutcome",
    ${EQUIPMENT} AS equipment, d.state,
    ${milliseconds('d.sentat')} AS "sentAt", ${milliseconds('m.lastattempttimestamp')} AS "lastAttempt",
    (SELECT ${milliseconds('min(u.usedat)')} FROM cds_principal_delegations u WHERE u.state = 'used' AND u.repeatable LIKE '%=t%'
      AND u.service = d.service AND u.tenant IS NOT DISTINCT FROM d.tenant) AS "confirmedAt"
  FROM cds_outbox_messages m
  LEFT JOIN cds_principal_delegations d ON d.jti = m.id AND d.state <> 'replaced') r`

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

  /** Equipment for which a change is in the queue. */
  async queued(): Promise<string[]> {
    return (await this.#select(`SELECT ${EQUIPMENT} FROM cds_outbox_messages m`)).map(String)
  }

  /** Rows that wait in the queue, or that it has given up. */
  async rows(): Promise<LeftRow[]> {
    return (await this.#select(LEFT_ROWS)) as LeftRow[]
  }

  /** Number of rows that the queue has not given up. */
  async waiting(): Promise<number> {
    const condition = `attempts < ${String(GIVEN_UP)}`
    const [count] = await this.#select(
      `SELECT count(*) FROM cds_outbox_messages WHERE ${condition}`
    )
    return Number(count)
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
