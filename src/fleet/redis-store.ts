import { logInfo, logWarning } from '../lib/log.js'
import { Circuit, within } from './circuit.js'
import type { Client } from './connection.js'

/** Milliseconds that a request waits for Redis in all, before it goes on without. */
const PATIENCE = 50

/** Milliseconds for a connection, which no request waits for. */
const CONNECT_DEADLINE = 2_000

/** Largest entry: longer ones are neither written nor read. */
const MAX_LENGTH = 256 * 1024

/** Milliseconds after which a lock ends by itself, when its owner has ended. */
const LOCK_TIME = 2_000

/** Answer of the script that has taken the lock. */
const LOCKED = 1

/** Reads an entry, or else takes the lock to make it, in one step. */
const READ_OR_LOCK = `
local entry = redis.call('GETRANGE', KEYS[1], 0, ${MAX_LENGTH})
if entry ~= '' then return entry end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ${LOCK_TIME}) then return ${LOCKED} end
return 0`

/** Removes a key, if it has this value. */
const REMOVE_IF = `
if redis.call('GETRANGE', KEYS[1], 0, ${MAX_LENGTH}) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`

/** Result of {@link RedisStore.readOrLock}. */
export type Found =
  { readonly entry: string } | 'locked' | 'locked-by-another' | 'unreadable' | undefined

/** Keys and values in Redis. Failures are no errors here: the caller goes on without Redis. */
export class RedisStore {
  readonly #newClient: (attempt: number) => Client
  readonly #circuit: Circuit
  #client: Client | undefined
  #attempts = 0
  #isEnded = false
  /** Place where Redis failed last: in a cluster, another one may be on a server that works. */
  #failedAt = 'trial'

  /** @param newClient - creates a client that is not connected, from the number of those before */
  constructor(newClient: (attempt: number) => Client) {
    this.#newClient = newClient
    this.#circuit = new Circuit({
      probe: () => this.#probe(),
      onOpen: (reason) => {
        logWarning(
          `the shared cache is away (${reason}): this instance uses its own caches until Redis is back`
        )
      },
      onClose: () => {
        logInfo('the shared cache is back: Redis has worked for a minute')
      }
    })
  }

  /** True if Redis worked the last time. */
  get isUp(): boolean {
    return this.#circuit.isClosed
  }

  /** Connects in the background. */
  start(): Promise<void> {
    return this.#circuit.start()
  }

  /** Closes the connection. */
  end(): void {
    this.#isEnded = true
    this.#circuit.end()
    drop(this.#client)
    this.#client = undefined
  }

  /**
   * Reads an entry, or takes the lock to make it.
   *
   * @param owner - of the lock
   * @param milliseconds - for the answer. Redis itself has 50 ms, after which it counts as away
   * @returns `undefined` if there is no answer in time
   */
  async readOrLock(place: string, owner: string, milliseconds: number): Promise<Found> {
    const keys = [entryAt(place), lockAt(place)]
    const asked = this.#ask(place, (client) =>
      client.eval(READ_OR_LOCK, { keys, arguments: [owner] })
    )
    try {
      return foundIn(await within(asked, milliseconds))
    } catch {
      // a lock that comes too late has nobody who would give it back
      void asked.then((answer) => (answer === LOCKED ? this.unlock(place, owner) : undefined))
      return undefined
    }
  }

  /** Reads an entry; `undefined` without one. */
  async read(place: string): Promise<string | undefined> {
    const answer = await this.#ask(place, (client) =>
      client.getRange(entryAt(place), 0, MAX_LENGTH)
    )
    return typeof answer === 'string' && answer.length <= MAX_LENGTH
      ? answer || undefined
      : undefined
  }

  /** Writes an entry. @param lifetime - milliseconds */
  async write(place: string, entry: string, lifetime: number): Promise<void> {
    const PX = Math.floor(lifetime)
    if (PX < 1 || entry.length > MAX_LENGTH) return
    const expiration = { type: 'PX', value: PX } as const
    await this.#ask(place, (client) => client.set(entryAt(place), entry, { expiration }))
  }

  /** Removes an entry, unless another one has replaced it; without one, whatever is in its place. */
  async remove(place: string, entry?: string): Promise<void> {
    const key = entryAt(place)
    await this.#ask(place, (client) =>
      entry === undefined
        ? client.del(key)
        : client.eval(REMOVE_IF, { keys: [key], arguments: [entry] })
    )
  }

  /** Gives a lock back. */
  async unlock(place: string, owner: string): Promise<void> {
    await this.#ask(place, (client) =>
      client.eval(REMOVE_IF, { keys: [lockAt(place)], arguments: [owner] })
    )
  }

  /** Sends a command; a failure keeps the next ones away from Redis for a time. */
  async #ask(place: string, command: (client: Client) => Promise<unknown>): Promise<unknown> {
    const client = this.#client
    if (!client || !this.isUp) return undefined
    try {
      return await within(command(client), PATIENCE)
    } catch (error) {
      if (isWrongType(error)) return 'unreadable'
      if (this.#circuit.isClosed) this.#failedAt = place
      this.#circuit.open(error)
      return undefined
    }
  }

  /** Tries the connection that is there, and then another one: behind the same name, there may be another server by now. */
  async #probe(): Promise<void> {
    const kept = this.#client
    if (kept?.isReady && (await this.#tryOut(kept).catch(() => false))) return
    await this.#tryOut(await this.#connect())
  }

  async #connect(): Promise<Client> {
    drop(this.#client)
    if (this.#isEnded) throw new Error('ended')
    const client = this.#newClient(this.#attempts++)
    this.#client = client
    let failure: unknown
    // a client that gets no connection goes on and on, and tells the reason here only
    client.on('error', (error: unknown) => (failure = error))
    try {
      await within(client.connect() as Promise<unknown>, CONNECT_DEADLINE)
    } catch (error) {
      throw (failure ?? error) as Error
    }
    return client
  }

  /** Writes, which a Redis that is full refuses, and has to be as fast as for a request. */
  async #tryOut(client: Client): Promise<true> {
    const expiration = { type: 'PX', value: 1_000 } as const
    await within(client.set(trialAt(this.#failedAt), '1', { expiration }), PATIENCE)
    return true
  }
}

function foundIn(answer: unknown): Found {
  if (answer === undefined || answer === 'unreadable') return answer
  if (typeof answer !== 'string') return answer === LOCKED ? 'locked' : 'locked-by-another'
  return answer.length > MAX_LENGTH ? 'unreadable' : { entry: answer }
}

/** Closes a connection at once; a client without one throws. */
function drop(client: Client | undefined): void {
  if (client?.isOpen) void Promise.resolve(client.destroy()).catch(() => undefined)
}

/** The braces keep all that belongs to an entry on one node of a cluster. */
const entryAt = (place: string) => `cds-principal:{${place}}`
const lockAt = (place: string) => `${entryAt(place)}:lock`
const trialAt = (place: string) => `${entryAt(place)}:trial`

/** True if something else is where an entry should be. */
function isWrongType(error: unknown): boolean {
  return error instanceof Error && /\bWRONGTYPE\b/.test(error.message)
}
