import { randomUUID } from 'node:crypto'

import { DelegationError } from '../errors.js'
import { now } from './clock.js'
import { type DelegationRecord, ended, invalid } from './record.js'
import {
  type AttemptState,
  type DelegationEntry,
  findEntry,
  markFor,
  markSent,
  readNow,
  type SentMark
} from './table.js'

/** Verified record of a selected row, or the reason for which it is refused. */
export type Judgement =
  | { readonly record: DelegationRecord; readonly entry: DelegationEntry }
  | { readonly refusal: DelegationError }

/** One attempt of the queue at the work of an author. */
export class Attempt {
  /** Stands for the attempt in the message, which its handler gets. */
  readonly handle: string = randomUUID()
  /** Message as it is stored, with the record. */
  readonly stored: string
  readonly tenant: string | undefined
  readonly #judgement: Judgement
  #marking: Promise<SentMark> | undefined
  /** Mark that this attempt has tried to commit. */
  #tried: SentMark | undefined
  #isBegun = false
  #isOver = false
  /** Requests that change data, with their number among equal ones. */
  readonly #writes = new Map<string, number>()
  /** True if a write has succeeded, or its outcome is unknown. */
  #mayHaveHappened = false
  /** Writes that have left, and whose outcome is still to come. */
  #underWay = 0
  readonly #confirmed = new Map<string, boolean>()

  constructor(stored: string, tenant: string | undefined, judgement: Judgement) {
    this.stored = stored
    this.tenant = tenant
    this.#judgement = judgement
  }

  /** @throws {@link DelegationError} if the record was refused when the row was selected */
  get record(): DelegationRecord {
    return this.#accepted.record
  }

  /** Number of this attempt, from 1. */
  get number(): number {
    return this.#accepted.entry.attempts + 1
  }

  get #accepted() {
    if ('refusal' in this.#judgement) throw this.#judgement.refusal
    return this.#judgement
  }

  /** Mark of this attempt, once it is committed. */
  mark: SentMark | undefined

  /** True if everything that was sent has certainly had no effect. */
  get hasDoneNothing(): boolean {
    return !this.#mayHaveHappened && this.#underWay === 0 && !this.isRepeated
  }

  /** State of the entry as this attempt has left it; `undefined` if the record was refused. */
  get state(): AttemptState | undefined {
    return this.#stateWith(this.mark)
  }

  /** State of the entry if the mark was committed, and only the answer to that was lost. */
  get stateIfMarked(): AttemptState | undefined {
    // the marks of attempts that repeat one another are the same
    return this.mark || this.isRepeated || !this.#tried ? undefined : this.#stateWith(this.#tried)
  }

  #stateWith(mark: SentMark | undefined): AttemptState | undefined {
    if ('refusal' in this.#judgement) return undefined
    const { txn, state, attempts } = this.#judgement.entry
    if (!mark) return { txn, state, attempts, request: undefined }
    return { txn, state: 'sent', attempts: attempts + 1, request: mark.request }
  }

  /** True if an earlier attempt may have sent something. */
  get isRepeated(): boolean {
    return 'entry' in this.#judgement && this.#judgement.entry.state === 'sent'
  }

  /** Services that were asked for it, with true if all of their answers have confirmed that requests are repeatable. */
  get confirmed(): ReadonlyMap<string, boolean> {
    return this.#confirmed
  }

  /** Begins the attempt: a handle is good for one. @throws {@link DelegationError} */
  begin(): void {
    const { service } = this.record
    if (this.#isBegun) throw invalid(service, 'it is in use already')
    this.#isBegun = true
  }

  /**
   * Marks, and commits, that calls are sent from now on. Later calls look whether that still holds.
   *
   * @throws {@link DelegationError} `ERR_DELEGATION_ENDED` if it was revoked, `ERR_DELEGATION_TAKEN` if another process has the work
   */
  async send(): Promise<SentMark> {
    const isLater = this.mark !== undefined
    this.#marking ??= this.#commitMark()
    const mark = await this.#marking
    if (isLater) await this.#checkStillOurs()
    return mark
  }

  async #commitMark(): Promise<SentMark> {
    const { record, entry } = this.#accepted
    if (record.expiresAt <= now()) throw ended(record.service, 'its time is over')
    this.#tried = markFor(entry)
    if (await markSent(entry, this.#tried, this.tenant)) {
      this.mark = this.#tried
      return this.mark
    }
    await this.checkCurrent()
    throw ended(record.service, 'it was revoked, or is over')
  }

  /** @throws {@link DelegationError} if the entry is not as this attempt has marked it, or was revoked */
  async #checkStillOurs(): Promise<void> {
    const found = await this.#entryNow()
    if (!found || found.revokedAt || found.state === 'ended') {
      throw ended(this.record.service, 'it was revoked, or is over')
    }
    if (!isIn(found, this.state)) throw taken(this.record.service)
  }

  /** @throws {@link DelegationError} `ERR_DELEGATION_TAKEN` if another attempt has begun since the row was selected, or is done */
  async checkCurrent(): Promise<void> {
    const found = await this.#entryNow()
    if (!found || found.revokedAt || found.state === 'ended') return
    if (!isIn(found, this.state)) throw taken(this.record.service)
  }

  #entryNow(): Promise<DelegationEntry | undefined> {
    const { txn } = this.#accepted.entry
    return readNow(this.tenant, () => findEntry(txn))
  }

  /** Ends the attempt: no call is the author's from now on. */
  end(): void {
    this.#isOver = true
  }

  /** @throws {@link DelegationError} if the work is done */
  checkRunning(service: string): void {
    if (this.#isOver) throw ended(service, 'its work is done')
  }

  /** Counts a request that changes data, and returns its number among equal ones. */
  countWrite(request: string): number {
    const number = (this.#writes.get(request) ?? 0) + 1
    this.#writes.set(request, number)
    return number
  }

  /**
   * Records that a request which changes data leaves.
   *
   * @returns function that records its outcome, with true if it may have had an effect
   */
  writeLeaves(): (mayHaveHappened: boolean) => void {
    this.#underWay++
    return (mayHaveHappened) => {
      this.#underWay--
      if (mayHaveHappened) this.#mayHaveHappened = true
    }
  }

  /** @param confirmed - by an answer of the service; `undefined` if that was not asked for */
  note(service: string, confirmed: boolean | undefined): void {
    if (confirmed === undefined) return
    this.#confirmed.set(service, confirmed && this.#confirmed.get(service) !== false)
  }
}

const isIn = (entry: DelegationEntry, state: AttemptState | undefined) =>
  entry.state === state?.state && entry.attempts === state.attempts

/** Returns the error for an attempt that comes too late: another process is working, or has worked, on the same row. @internal */
export function taken(service: string): DelegationError {
  return new DelegationError(
    'ERR_DELEGATION_TAKEN',
    `another attempt has the queued work for "${service}", or has done it`,
    { service, fix: 'Nothing to do: the other attempt decides. See cds.requires.queue.timeout.' }
  )
}
