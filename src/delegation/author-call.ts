import { createHash } from 'node:crypto'

import { DelegationError } from '../errors.js'
import type { NamedUser } from '../user/principal.js'
import type { Attempt } from './attempt.js'
import { now } from './clock.js'
import type { DelegatedService } from './options.js'
import { ended } from './record.js'
import { hasConfirmed, readNow } from './table.js'
import { authorPrincipal } from './ways.js'

/** Names of headers for repeatable requests: id, time of the first request, and the answer's result. */
const HEADERS = {
  oasis: ['Repeatability-Request-ID', 'Repeatability-First-Sent', 'repeatability-result'],
  'sap-gateway': ['RequestID', 'RepeatabilityCreation', 'repeatabilityresult']
} as const

/** Request as it is sent. */
export interface SentRequest {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly data?: unknown
}

/** A request that has left. */
export interface RequestUnderWay {
  /** Headers by which the system executes it once. */
  readonly headers: Record<string, string>
  /** Records its success. */
  succeeded(answer: Readonly<Record<string, unknown>>): void
  /** Records its failure. @param isUnknown - true if it may have had an effect all the same */
  failed(isUnknown: boolean): void
}

/** One call of a remote service as the author of queued work. */
export class AuthorCall {
  readonly attempt: Attempt
  readonly #service: DelegatedService
  #isWrite = false
  #isSent = false
  #hasWritten = false

  /** @throws {@link DelegationError} if the work is done */
  constructor(attempt: Attempt, service: DelegatedService) {
    this.attempt = attempt
    this.#service = service
    attempt.checkRunning(service.name)
  }

  /** Returns the author, with a token. @throws {@link DelegationError} */
  async principal(minTokenLifetime: number): Promise<NamedUser> {
    const { author, issuedAt, expiresAt } = this.attempt.record
    const service = this.#service
    const until = Math.min(expiresAt, issuedAt + service.validFor)
    if (until <= now()) throw ended(service.name, 'its time is over')
    return authorPrincipal({ author, service, until, minTokenLifetime })
  }

  /**
   * Prepares the call: what an earlier attempt may have done is done again only if that is safe.
   *
   * @param isRead - true for a call that changes nothing
   * @throws {@link DelegationError} `ERR_DELEGATION_OUTCOME`, `ERR_DELEGATION_ENDED`, `ERR_DELEGATION_TAKEN`
   */
  async prepare(isRead: boolean): Promise<void> {
    if (!isRead) this.#isWrite = true
    if (this.attempt.isRepeated && !isRead) await this.#checkRepetition()
    const checkRunning = () => {
      this.attempt.checkRunning(this.#service.name)
    }
    checkRunning()
    await this.attempt.send()
    checkRunning() // it may have ended meanwhile
  }

  async #checkRepetition(): Promise<void> {
    const { idempotent, repeatable, name } = this.#service
    const { tenant } = this.attempt
    if (idempotent) return
    const isConfirmed = repeatable && (await readNow(tenant, () => hasConfirmed(name, tenant)))
    if (isConfirmed) return
    await this.attempt.checkCurrent()
    throw new DelegationError(
      'ERR_DELEGATION_OUTCOME',
      `a call of "${name}" for queued work may have happened: an attempt has ended without its answer` +
        (repeatable ? ', and no earlier answer has confirmed repeatable requests' : ''),
      {
        service: name,
        fix: 'It was not repeated. Look into the remote system; delegation.repeatable and delegation.idempotent say what is safe.'
      }
    )
  }

  /** The id belongs to what is sent, in whatever order: another request never gets it. */
  #headers({ method, url, data }: SentRequest): Record<string, string> {
    const { name, repeatable: kind } = this.#service
    const content = JSON.stringify([name, method?.toUpperCase(), url, sha256(bodyOf(data))])
    const number = this.attempt.countWrite(content)
    const { mark } = this.attempt
    if (!kind || !mark) return {}
    const { request, sentAt } = mark
    const [id, first] = HEADERS[kind]
    const hash = sha256(JSON.stringify([request, content, number]))
    if (kind === 'sap-gateway') {
      return { [id]: hash.slice(0, 32).toUpperCase(), [first]: sentAt.slice(0, 19) }
    }
    const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
    return { [id]: uuid, [first]: new Date(sentAt).toUTCString() }
  }

  /**
   * Records that a request leaves. Until its outcome is recorded, it may have happened.
   *
   * @throws {@link DelegationError} if the work is done
   */
  sent(request: SentRequest): RequestUnderWay {
    const { attempt } = this
    const { name } = this.#service
    attempt.checkRunning(name)
    this.#isSent = true
    if (!this.#isWrite || /^(GET|HEAD)$/i.test(request.method ?? '')) return READ
    this.#hasWritten = true
    const settle = attempt.writeLeaves()
    return {
      headers: this.#headers(request),
      succeeded: (answer) => {
        settle(true)
        attempt.note(name, this.#isConfirmed(answer))
      },
      failed: settle
    }
  }

  /** Reads whether an answer confirms that the request is repeatable; `undefined` if nobody has asked for that. */
  #isConfirmed(answer: Readonly<Record<string, unknown>>): boolean | undefined {
    const { repeatable } = this.#service
    return repeatable && answer[HEADERS[repeatable][2]] === 'accepted'
  }

  /** Records that the call has succeeded: a handler may have written without a request that this package has seen. */
  succeeded(): void {
    if (this.#isWrite && !this.#hasWritten) this.attempt.writeLeaves()(true)
  }

  /** Records that the call has failed. @param isUnknown - true if a handler may have written before, as above */
  failed(isUnknown: boolean): void {
    if (isUnknown && this.#isSent) this.succeeded()
  }
}

const noop = () => undefined

/** A request that changes nothing: its outcome does not matter. */
const READ: RequestUnderWay = { headers: {}, succeeded: noop, failed: noop }

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Streams can't be read twice: their requests differ by all the rest. */
function bodyOf(data: unknown): string | Uint8Array {
  if (typeof data === 'string' || data instanceof Uint8Array) return data
  return data === undefined || 'pipe' in Object(data) ? '' : JSON.stringify(data)
}
