import { createHash } from 'node:crypto'

import { DelegationError } from '../errors.js'
import type { NamedUser } from '../user/principal.js'
import type { Attempt } from './attempt.js'
import { now } from './clock.js'
import type { DelegatedService } from './options.js'
import { ended } from './record.js'
import { hasConfirmed, inOwnTransaction, type SentMark } from './table.js'
import { authorPrincipal } from './ways.js'

/** Names of headers for repeatable requests: id, time of the first request, and the answer's result. */
const HEADERS = {
  oasis: ['Repeatability-Request-ID', 'Repeatability-First-Sent', 'repeatability-result'],
  'sap-gateway': ['RequestID', 'RepeatabilityCreation', 'repeatabilityresult']
} as const

/** One call of a remote service as the author of queued work. */
export class AuthorCall {
  readonly attempt: Attempt
  readonly #service: DelegatedService
  readonly #number: number
  #isWrite = true
  #isSent = false
  #confirmed: boolean | null = null

  /** @throws {@link DelegationError} if the work is done */
  constructor(attempt: Attempt, service: DelegatedService) {
    this.attempt = attempt
    this.#service = service
    this.#number = attempt.nextCall(service.name)
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
   * Prepares the request: what an earlier attempt may have done is done again only if that is safe.
   *
   * @param isRead - true for a request that changes nothing
   * @returns headers to send
   * @throws {@link DelegationError} `ERR_DELEGATION_OUTCOME`, `ERR_DELEGATION_ENDED`, `ERR_DELEGATION_TAKEN`
   */
  async prepare(isRead: boolean): Promise<Record<string, string>> {
    this.#isWrite = !isRead
    if (this.attempt.isRepeated && !isRead) await this.#checkRepetition()
    const mark = await this.attempt.send()
    const { repeatable } = this.#service
    return repeatable && !isRead ? this.#headers(repeatable, mark) : {}
  }

  async #checkRepetition(): Promise<void> {
    const { idempotent, repeatable, name } = this.#service
    const { tenant, record } = this.attempt
    if (idempotent) return
    const isConfirmed =
      repeatable && (await inOwnTransaction(tenant, () => hasConfirmed(record.service, tenant)))
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

  #headers(kind: keyof typeof HEADERS, { request, sentAt }: SentMark): Record<string, string> {
    const [id, first] = HEADERS[kind]
    const hash = createHash('sha256')
      .update(`${request}:${String(this.#number)}`)
      .digest('hex')
    if (kind === 'sap-gateway') {
      return { [id]: hash.slice(0, 32).toUpperCase(), [first]: sentAt.slice(0, 19) }
    }
    const uuid = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
    return { [id]: uuid, [first]: new Date(sentAt).toUTCString() }
  }

  /** Records that a request leaves. */
  sent(): void {
    this.#isSent = true
  }

  /** Reads whether the answer confirms that the request is repeatable. */
  answered(headers: Readonly<Record<string, unknown>>): void {
    const { repeatable } = this.#service
    if (!repeatable || !this.#isWrite) return
    const [, , name] = HEADERS[repeatable]
    this.#confirmed = headers[name] === 'accepted'
  }

  /** Records that the call has succeeded. */
  succeeded(): void {
    this.attempt.note(this.#isWrite, this.#confirmed)
  }

  /** Records that the call has failed. @param isUnknown - true if it may have had an effect all the same */
  failed(isUnknown: boolean): void {
    if (this.#isSent) this.attempt.note(this.#isWrite && isUnknown, this.#confirmed)
  }
}
