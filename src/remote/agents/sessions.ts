import { boundedCache } from '../../lib/telemetry/bounded-cache.js'

/** Sessions that are kept at the same time. */
const MAX_SESSIONS = 1000

/** Milliseconds for which a session is kept that nobody uses. */
const IDLE = 300_000

/** A client of an agent that holds a session, or what else was agreed with one principal. */
export interface AgentClient {
  close?(): unknown
}

/** A session with the calls that use it. */
class Session<C extends AgentClient> {
  readonly client: Promise<C>
  isOpen = false
  #uses = 0
  #isRetired = false

  constructor(client: Promise<C>) {
    this.client = client
  }

  async use<T>(work: (client: C) => Promise<T>): Promise<T> {
    this.#uses += 1
    try {
      const client = await this.client
      this.isOpen = true
      return await work(client)
    } finally {
      this.#uses -= 1
      this.#closeUnused()
    }
  }

  /** Closes the session as soon as no call uses it. */
  retire(): void {
    this.#isRetired = true
    this.#closeUnused()
  }

  #closeUnused(): void {
    if (!this.#isRetired || this.#uses) return
    const close = async () => (await this.client).close?.()
    close().catch(() => undefined) // it never was open
  }
}

/** Sessions of one required service, each of exactly one principal. */
export class Sessions<C extends AgentClient> {
  readonly #kept = boundedCache<string, Session<C>>('agent-sessions', {
    max: MAX_SESSIONS,
    ttl: IDLE,
    dispose: (session) => session.retire()
  })

  /**
   * Does something in the session with this key; it is opened if there is none. A session that can't be opened is not used again, and
   * neither is one in which something has failed, unless the failure is an answer.
   *
   * @param isAnswer - true for an error that the agent has answered
   */
  async use<T>(
    key: string,
    open: () => Promise<C>,
    work: (client: C) => Promise<T>,
    isAnswer: (error: unknown) => boolean
  ): Promise<T> {
    const session = this.#kept.get(key) ?? new Session(open())
    this.#kept.set(key, session)
    try {
      return await session.use(work)
    } catch (error) {
      const goesOn = session.isOpen && isAnswer(error)
      if (!goesOn && this.#kept.peek(key) === session) this.#kept.delete(key)
      throw error
    }
  }
}
