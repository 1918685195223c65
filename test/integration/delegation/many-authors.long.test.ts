import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Emulator, EmulatorOptions } from '../../../emulator/src/index.js'
import { client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { type Cluster, postgresPrograms, startPostgres } from '../../support/postgres.js'
import { SAMPLE, type Sample, startSample } from '../../support/sample.js'
import { LONG_PATIENCE, until } from '../background/queue-sample.js'
import { type Arrival, LANDSCAPE } from './delegation-sample.js'

const MESSAGES = 20
/** Seconds after which the token of a request is over: long before its work is done. */
const LIFETIME = 45
/** Authors who queue their work at the same time. */
const AT_ONCE = 25
/** Requests that XSUAA refuses at the same time, while it is away. */
const OUTAGE = 40

const users = (from: number, to: number) =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, i) => [
      `u${String(from + i).padStart(2, '0')}`,
      { roles: ['Technician'] }
    ])
  )

/** 50 users of three tenants; the provider's tenant has no name here. */
const TENANTS: Record<string, NonNullable<EmulatorOptions['users']>> = {
  '': users(0, 20),
  'customer-1': users(20, 35),
  'customer-2': users(35, 50)
}
const AUTHORS = Object.entries(TENANTS).flatMap(([tenant, { ...names }]) =>
  Object.keys(names).map((user) => ({ user, tenant }))
)

const subscriber = (name: string) => ({
  users: TENANTS[name] ?? {},
  destinations: LANDSCAPE.destinations
})

const xsSecurity = {
  ...(JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')) as object),
  'tenant-mode': 'shared' as const
}

/** One of several processes of the application, which share a database. */
class Processes {
  readonly #emulator: Emulator
  readonly #requires: Record<string, object>
  readonly #running: Sample[] = []
  /** All that processes have printed that were ended. */
  #printed = ''

  constructor(emulator: Emulator, { credentials }: Cluster) {
    this.#emulator = emulator
    const { credentials: bound = {} } = emulator.vcapServices()['user-provided']?.[0] ?? {}
    const { saml } = bound['ways'] as { saml: object }
    this.#requires = {
      db: { kind: 'postgres', impl: '@cap-js/postgres', dialect: 'postgres', credentials },
      queue: { timeout: '60s', chunkSize: 25 },
      scheduling: { flushInterval: '1s' },
      'delegation-keys': { vcap: { name: 'emulated-delegation-keys' } },
      API_EQUIPMENT: {
        delegation: {
          ...{ credentials: 'delegation-keys', validFor: '2h', saml },
          repeatable: 'oasis'
        }
      }
    }
  }

  async start(env: Record<string, string> = {}): Promise<void> {
    const extra = join(__dirname, 'ways-app')
    this.#running.push(
      await startSample({ emulator: this.#emulator, extra, requires: this.#requires, env })
    )
  }

  /** Address of a process, in turn. */
  url(turn: number): string {
    return this.#running[turn % this.#running.length]?.url ?? ''
  }

  /** Ends the first process at once, and returns the files with a token that it leaves. */
  async kill(): Promise<string[]> {
    const first = this.#running.shift()
    if (!first) throw new Error('no process runs')
    this.#printed += await first.output()
    const found: string[] = []
    await first.kill((folder) => found.push(...filesWithTokens([folder])))
    return found
  }

  /** Folders of the processes that run. */
  get folders(): string[] {
    return this.#running.map(({ folder }) => folder)
  }

  async output(): Promise<string> {
    const printed = await Promise.all(this.#running.map((each) => each.output()))
    return [this.#printed, ...printed].join('\n')
  }

  async stop(): Promise<void> {
    for (const each of this.#running) await each.kill()
  }
}

interface Row {
  readonly msg: string
  readonly attempts: number
  readonly lastError: string | null
}

const programs = postgresPrograms()
const title =
  '50 users of three tenants queue 20 changes each, XSUAA is away, both processes are killed, tokens are over: each is the author’s, once'

if (!programs) test.skip(`${title}: there is no PostgreSQL server`, () => undefined)
else
  describe('two processes with one PostgreSQL', () => {
    let cluster: Cluster
    let emulator: Emulator
    let processes: Processes
    beforeAll(async () => {
      cluster = await startPostgres(programs)
      emulator = await startLandscape({
        ...{ ...LANDSCAPE, delegation: true, users: TENANTS[''] ?? {}, xsSecurity },
        tenants: {
          'customer-1': subscriber('customer-1'),
          'customer-2': subscriber('customer-2')
        }
      })
      processes = new Processes(emulator, cluster)
      await processes.start({ DEPLOY: 'true' })
      await processes.start()
    }, 120_000)
    afterAll(async () => {
      await processes.stop()
      await emulator.stop()
      await cluster.stop()
    })

    async function as<T>(
      { user, tenant }: { user: string; tenant: string },
      turn: number,
      call: (api: ReturnType<typeof client>) => Promise<T>
    ): Promise<T> {
      const of = { user, expiresIn: LIFETIME, ...(tenant && { tenant }) }
      const api = client(processes.url(turn), `Bearer ${await emulator.issueToken(of)}`)
      try {
        return await call(api)
      } finally {
        api.close()
      }
    }

    const plan = (author: (typeof AUTHORS)[number], turn: number, id: string) =>
      as(author, turn, (api) =>
        api.post('/odata/v4/planning/plan', { remote: 'API_EQUIPMENT', id, name: 'planned' })
      )

    const rows = () =>
      as({ user: 'u00', tenant: '' }, 0, async (api) => {
        const { body } = await api.get('/odata/v4/planning/rows()')
        return JSON.parse(body.value as unknown as string) as Row[]
      })

    /** Queues all changes; returns answers that are none to a change that was queued. */
    async function planAll(): Promise<number[]> {
      const authors = AUTHORS.entries()
      const refused: number[] = []
      const planSome = async () => {
        for (const [a, author] of authors)
          for (let i = 0; i < MESSAGES; i++) {
            const { status } = await plan(author, a + i, `${author.user}-${String(i)}`)
            if (status !== 204) refused.push(status)
          }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, planSome))
      return refused
    }

    /** From now on XSUAA answers 503, until the outage is ended. */
    function startOutage() {
      const answer = { status: 503, headers: { 'retry-after': '1' } }
      let isOver = false
      const away = async () => {
        while (!isOver) {
          emulator.enqueue('xsuaa/token', answer)
          await emulator.takeRequest('xsuaa/token', { timeout: 60_000 })
        }
      }
      const all = Promise.all(Array.from({ length: OUTAGE }, away))
      const end = async () => {
        isOver = true
        await all
      }
      return { end }
    }

    /** Changes that the system has executed, by its own record. */
    async function executed(): Promise<Arrival[]> {
      const all = await emulator.system('s4.internal:44300').audit()
      return (all as unknown as Arrival[]).filter(({ isNew }) => isNew)
    }

    /** All tables, as text. */
    const dump = () =>
      execFileSync(
        join(programs, 'pg_dump'),
        ['-h', cluster.credentials.host, '-U', 'cap', 'postgres'],
        { maxBuffer: 1 << 28 }
      ).toString()

    test(
      title,
      async () => {
        // the system says once that it executes repeated requests once
        await plan({ user: 'u00', tenant: '' }, 0, 'FIRST')
        await until(rows, ({ length }) => length === 0, LONG_PATIENCE)

        const outage = startOutage()
        expect(await planAll()).toEqual([])
        const queued = Date.now()
        expect((await rows()).length).toBeGreaterThan(900)
        expect(typesOf(dump())).toEqual(new Set(['delegation+jwt']))
        await outage.end()

        await until(executed, ({ length }) => length > 300, LONG_PATIENCE)
        expect([await processes.kill(), await processes.kill()]).toEqual([[], []])
        await tokensAreOver(queued)
        await processes.start()
        await processes.start()
        const left = await until(rows, ({ length }) => length === 0, LONG_PATIENCE)
        expect(left.map(({ lastError }) => lastError)).toEqual([])

        const expected = AUTHORS.flatMap(({ user }) =>
          Array.from({ length: MESSAGES }, (_, i) => `${user}-${String(i)} CN=${user}`)
        )
        const done = (await executed()).map(
          ({ path, subject }) => `${/'([^']+)'/.exec(decodeURIComponent(path))?.[1]} ${subject}`
        )
        expect(done.sort()).toEqual([...expected, 'FIRST CN=u00'].sort())
        expect(dump()).not.toMatch(/eyJ/)
        expect(await processes.output()).not.toMatch(/eyJ/)
        expect(filesWithTokens(processes.folders)).toEqual([])
      },
      900_000
    )
  })

/** Types of the JWS in a text. */
function typesOf(text: string): Set<unknown> {
  const headers = text.match(/(?<![\w.-])eyJ[\w-]+(?=\.)/g) ?? []
  return new Set(
    headers.map((header) => {
      const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { typ?: string }
      return typ
    })
  )
}

/** Waits until the tokens of all requests are over. */
async function tokensAreOver(issued: number): Promise<void> {
  await pause(Math.max(0, issued + LIFETIME * 1000 - Date.now()))
}

/** Files in the folders of the applications with a JWS in them. */
function filesWithTokens(roots: readonly string[]): string[] {
  return roots
    .flatMap(ownFiles)
    .filter((file) => /eyJ[\w-]{10,}\./.test(readFileSync(file, 'latin1')))
}

/** Files below a folder, without those of installed packages. */
function ownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : ownFiles(path)
    return entry.isFile() ? [path] : []
  })
}
