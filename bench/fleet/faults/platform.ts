import type { Emulator, EndpointName, ScriptedAnswer } from '../../../emulator/src/index.js'

/** Endpoints that can be away. */
export const ENDPOINTS = [
  'xsuaa/token',
  'destination',
  'connectivity'
] as const satisfies EndpointName[]

/** An endpoint that can be away. */
export type Endpoint = (typeof ENDPOINTS)[number]

/** An answer of a service that is away. */
export const AWAY: readonly ScriptedAnswer[] = [
  { status: 503, headers: { 'retry-after': '1' } },
  { status: 500 },
  { reset: true }
]

/** Answers that wait for requests, so that as many can come at the same time. */
const SUPPLY = 50

/**
 * State of an endpoint. Answers that wait for requests say what the endpoint is when a request takes them, so an outage is over at once, and
 * nothing of it is left for later.
 */
export class EndpointState {
  readonly #emulator: Emulator
  readonly #endpoint: Endpoint
  #answer: ScriptedAnswer = {}
  /** Requests that get the answer. */
  #left = 0
  #waiting = 0

  constructor(emulator: Emulator, endpoint: Endpoint) {
    this.#emulator = emulator
    this.#endpoint = endpoint
  }

  /** Gives an answer to all requests, until something is done. */
  async outage(answer: ScriptedAnswer, done: () => Promise<unknown>): Promise<void> {
    this.#set(answer, Infinity)
    await done()
    this.#set({}, 0)
  }

  /** Lets the next answers come late. */
  slowDown(delay: number): void {
    this.#set({ delay }, 10)
  }

  #set(answer: ScriptedAnswer, count: number): void {
    this.#answer = answer
    this.#left = count
    this.#fill()
  }

  #fill(): void {
    while (this.#waiting < Math.min(this.#left, SUPPLY)) {
      this.#waiting++
      this.#emulator.enqueue(this.#endpoint, this.#waitingAnswer())
    }
  }

  #waitingAnswer(): ScriptedAnswer {
    let taken: ScriptedAnswer | undefined
    const take = () => (taken ??= this.#take())
    const names = ['delay', 'reset', 'status', 'headers', 'body'] as const
    const getters = names.map((name) => [name, { get: () => take()[name] }] as const)
    return Object.defineProperties({}, Object.fromEntries(getters))
  }

  #take(): ScriptedAnswer {
    this.#waiting--
    if (this.#left <= 0) return {}
    this.#left--
    this.#fill()
    return this.#answer
  }
}
