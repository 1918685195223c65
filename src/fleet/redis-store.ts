import { logInfo, logWarning } from '../lib/log.js'
import { Circuit, within } from './circuit.js'
import type { Client } from './connection.js'

/** Milliseconds that a request waits for Redis in all, before it goes on without. */
const PATIENCE = 50

/** Largest entry: longer ones are neither written nor read. */
const MAX_LENGTH = 256 * 1024

/** Milliseconds after which a lock ends by itself, when its owner has ended. */
const LOCK_TIME = 2_000

/** Reads an entry, or else takes the lock to make it, in one step. */
const READ_OR_LOCK = `
local entry = redis.call('GETRANGE', KEYS[1], 0, ${MAX_LENGTH})
if entry ~= '' then return entry end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ${LOCK_TIME}) then return 1 end
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
  readonly #newClient: () => Client
  readonly #circuit: Circuit
  #client: Client | undefined
  /** Failure of the connection that the client told last. */
  #failure: unknown

  /** @param newClient - creates a client that is not connected */
  constructor(newClient: () => Client) {
    this.#newClient = newClient
    this.#circuit = new Circuit({
      probe: () => this.#probe(),
      cause: () => this.#failure,
      onOpen: (reason) => {
        logWarning(
          `the shared cache is away (${reason}): this instance uses its own caches until Redis is back`
        )
      },
      onClose: () => {
        logInfo('the shared cache is back')
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
    this.#circuit.end()
    drop(this.#client)
    this.#client = undefined
  }

  /**
   * Reads an entry, or takes the lock to make it.
   *
   * @param owner - of the lock
   * @param milliseconds - for the answer
   * @returns `undefined` if Redis does not answer
   */
  async readOrLock(place: string, owner: string, milliseconds = PATIENCE): Promise<Found> {
    const keys = [entryAt(place), lockAt(place)]
    const answer = await this.#ask(
      (client) => client.eval(READ_OR_LOCK, { keys, arguments: [owner] }),
      milliseconds
    )
    if (answer === undefined || answer === 'unreadable') return answer
    if (typeof answer !== 'string') return answer === 1 ? 'locked' : 'locked-by-another'
    return answer.length > MAX_LENGTH ? 'unreadable' : { entry: answer }
  }

  /** Reads an entry; `undefined` without one. */
  async read(place: string): Promise<string | undefined> {
    const answer = await this.#ask((client) => client.getRange(entryAt(place), 0, MAX_LENGTH))
    return typeof answer === 'string' && answer.length <= MAX_LENGTH
      ? answer || undefined
      : undefined
  }

  /** Writes an entry. @param lifetime - milliseconds */
  async write(place: string, entry: string, lifetime: number): Promise<void> {
    const PX = Math.floor(lifetime)
    if (PX < 1 || entry.length > MAX_LENGTH) return
    await this.#ask((client) =>
      client.set(entryAt(place), entry, { expiration: { type: 'PX', value: PX } })
    )
  }

  /** Removes an entry, unless another one has replaced it; without one, whatever is in its place. */
  async remove(place: string, entry?: string): Promise<void> {
    const key = entryAt(place)
    await this.#ask((client) =>
      entry === undefined
        ? client.del(key)
        : client.eval(REMOVE_IF, { keys: [key], arguments: [entry] })
    )
  }

  /** Gives a lock back. */
  async unlock(place: string, owner: string): Promise<void> {
    await this.#ask((client) =>
      client.eval(REMOVE_IF, { keys: [lockAt(place)], arguments: [owner] })
    )
  }

  /** Sends a command; a failure keeps the next ones away from Redis for a time. */
  async #ask(
    command: (client: Client) => Promise<unknown>,
    milliseconds = PATIENCE
  ): Promise<unknown> {
    const client = this.#client
    if (!client || !this.isUp) return undefined
    try {
      return await within(command(client), milliseconds)
    } catch (error) {
      if (isWrongType(error)) return 'unreadable'
      this.#circuit.open(error)
      return undefined
    }
  }

  async #probe(): Promise<void> {
    if (this.#client?.isReady) {
      await tryOut(this.#client)
      return
    }
    // a client that connects again by itself is as good as a new one, and one that does not has ended
    drop(this.#client)
    const client = this.#newClient()
    this.#client = client
    this.#failure = undefined
    // a command that fails says so; a client that does not get that far goes on and on
    client.on('error', (error: unknown) => (this.#failure = error))
    await client.connect()
    await tryOut(client)
  }
}

/** Closes a connection at once; a client without one throws. */
function drop(client: Client | undefined): void {
  if (client?.isOpen) void client.destroy()
}

/** The braces keep an entry and its lock on one node of a cluster. */
const entryAt = (place: string) => `cds-principal:{${place}}`
const lockAt = (place: string) => `${entryAt(place)}:lock`

/** Writes, which a Redis that is full refuses. */
async function tryOut(client: Client): Promise<void> {
  await client.set(entryAt('trial'), '1', { expiration: { type: 'PX', value: 1_000 } })
}

/** True if something else is where an entry should be. */
function isWrongType(error: unknown): boolean {
  return error instanceof Error && /\bWRONGTYPE\b/.test(error.message)
}
