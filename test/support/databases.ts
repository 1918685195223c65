import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { postgresPrograms, startPostgres } from './postgres.js'

/** A database that several processes share, and that outlives them. */
export interface Database {
  /** Configuration of `cds.requires.db`. */
  readonly db: object
  readonly stop: () => Promise<void> | void
}

/** Opens a database of one kind. */
export type OpenDatabase = () => Promise<Database>

function openSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'database-'))
  const stop = () => {
    rmSync(folder, { recursive: true, force: true })
  }
  const db = { kind: 'sqlite', credentials: { url: join(folder, 'db.sqlite') } }
  return Promise.resolve({ db, stop })
}

async function openPostgres(programs: string): Promise<Database> {
  const { credentials, stop } = await startPostgres(programs)
  const db = { kind: 'postgres', impl: '@cap-js/postgres', dialect: 'postgres', credentials }
  return { db, stop }
}

/** Describes the same on SQLite, and on PostgreSQL, which is skipped visibly where there is no server. */
export function describeOnDatabases(
  title: string,
  suite: (open: OpenDatabase, name: 'SQLite' | 'PostgreSQL') => void
): void {
  describe(`${title}, SQLite`, () => {
    suite(openSqlite, 'SQLite')
  })
  const programs = postgresPrograms()
  if (programs) {
    describe(`${title}, PostgreSQL`, () => {
      suite(() => openPostgres(programs), 'PostgreSQL')
    })
  } else {
    const reason = 'no server in /usr/lib/postgresql that could be started'
    test.skip(`${title}, PostgreSQL: ${reason}`, () => undefined)
  }
}
