import { EventEmitter } from 'node:events'

import type { AuditEntry } from '../types.js'
import type { RecordedRequest } from '../traffic/types.js'
import { covers, isBackground, isOf, isVisible, type OpenTrace, traceOf } from './open-trace.js'
import { callOf, requestOf } from './read-events.js'
import { type PendingHop, pendingHop } from './read-hop.js'
import type { Trace, TraceEvent, TraceHop } from './types.js'

/** Requests that are kept; of these, failures are kept longest. */
const MAX_TRACES = 200

/** Requests to the landscape that wait for the event of what they belong to. */
const MAX_PENDING = 1000

/** Hops and calls of one request that are kept. */
const MAX_PARTS = 100

/** Milliseconds after which calls are shown although the request that they belong to has not ended. */
const PATIENCE = 10_000

/** Correlation id of those that have none. */
const NO_ID = 'no correlation id'

/** Milliseconds after which a request without correlation id is another matter. */
const PAUSE = 1000

/** Sources of a recorder. */
export interface RecorderSources {
  /** The record of requests to the landscape. */
  readonly observe: (listener: (request: RecordedRequest) => void) => void
  /** The record of the systems behind the Cloud Connector. */
  readonly entries: () => Promise<AuditEntry[]>
}

/**
 * Records what became of the last requests: joins the events of the application processes with the requests that the
 * landscape has got, by their correlation id. Nothing is written to a file.
 */
export class Recorder {
  readonly #traces: OpenTrace[] = []
  readonly #pending: PendingHop[] = []
  readonly #changed = new EventEmitter()
  readonly #entries: RecorderSources['entries']
  #count = 0
  #version = 0
  #hasEvents = false
  #queue: Promise<void> = Promise.resolve()

  /** @param alone - true if there may be no application that sends events */
  constructor({ observe, entries }: RecorderSources, alone = false) {
    this.#entries = entries
    this.#changed.setMaxListeners(0)
    observe((request) => {
      const pending = pendingHop(request, Date.now())
      if (!pending) return
      this.#pending.push(pending)
      if (this.#pending.length > MAX_PENDING) this.#pending.shift()
      if (alone && !this.#hasEvents) this.#addAlone(pending)
    })
  }

  /** Adds events of an application process, in their order. */
  add(events: readonly TraceEvent[]): Promise<void> {
    this.#queue = this.#queue.then(() => this.#add(events)).catch(() => undefined)
    return this.#queue
  }

  /**
   * Returns the recorded requests in the order of their first event.
   *
   * @param after - version of the last one that is known
   */
  traces(after = 0): Trace[] {
    const now = Date.now()
    const visible = this.#traces.filter((each) => isVisible(each, now - PATIENCE))
    return visible.filter(({ version }) => version > after).map(traceOf)
  }

  /** Returns the ids of the requests that are kept. */
  ids(): number[] {
    return this.#traces.map(({ id }) => id)
  }

  /** Waits until there are requests after a version, or the time is over. */
  async next(after: number, timeout: number): Promise<Trace[]> {
    const traces = this.traces(after)
    if (traces.length || timeout <= 0) return traces
    const start = Date.now()
    await new Promise<void>((done) => {
      const timer = setTimeout(done, timeout)
      this.#changed.once('change', () => {
        clearTimeout(timer)
        done()
      })
    })
    return this.next(after, timeout - Math.max(Date.now() - start, 1))
  }

  /** Calls a function after each change. Returns the function that ends this. */
  onChange(listener: () => void): () => void {
    this.#changed.on('change', listener)
    return () => this.#changed.off('change', listener)
  }

  /** Shows a request to the landscape by itself, as long as no application has said which of its own it belongs to. */
  #addAlone({ correlationId, hop }: PendingHop): void {
    const id = correlationId ?? NO_ID
    const last = this.#traces.findLast((each) => each.correlationId === id)
    const end = Math.max(...(last?.hops ?? []).map(({ at, duration }) => at + duration))
    const isSame = last && (correlationId !== undefined || hop.at - end < PAUSE)
    const trace = isSame ? last : this.#open(id)
    trace.alone = true
    if (trace.hops.length < MAX_PARTS) {
      trace.hops.push({ ...hop, joined: correlationId === undefined ? 'time' : 'id' })
      trace.hops.sort((a, b) => a.at - b.at)
    }
    this.#queue = this.#queue.then(async () => {
      await this.#addRemoteUsers(new Set([trace]))
      trace.version = ++this.#version
      while (this.#traces.length > MAX_TRACES) this.#forget()
      this.#changed.emit('change')
    })
  }

  /** Forgets what was shown by itself: the events say where it belongs. */
  #forgetAlone(): void {
    if (this.#hasEvents) return
    this.#hasEvents = true
    const others = this.#traces.filter(({ alone }) => !alone)
    this.#traces.splice(0, this.#traces.length, ...others)
  }

  async #add(events: readonly TraceEvent[]): Promise<void> {
    this.#forgetAlone()
    const changed = new Set(events.map((event) => this.#addEvent(event)))
    for (const trace of changed) this.#join(trace)
    await this.#addRemoteUsers(changed)
    for (const trace of changed) trace.version = ++this.#version
    while (this.#traces.length > MAX_TRACES) this.#forget()
    this.#changed.emit('change')
    const isWaiting = [...changed].some((each) => !isVisible(each, 0))
    if (isWaiting) setTimeout(() => this.#changed.emit('change'), PATIENCE + 1).unref()
  }

  #addEvent(event: TraceEvent): OpenTrace {
    const correlationId = String(event.data['correlationId'])
    if (event.type === 'request') {
      const request = requestOf(event)
      const trace = this.#find(correlationId, (each) => !each.request) ?? this.#open(correlationId)
      trace.request = request
      return trace
    }
    const call = callOf(event)
    const isOfRequest = call.context === 'request' || call.context === 'job'
    const trace =
      this.#find(correlationId, (each) => !isOfRequest || !each.request || isOf(call, each)) ??
      this.#open(correlationId)
    if (trace.calls.length < MAX_PARTS) trace.calls.push(call)
    return trace
  }

  /** Returns the last request with a correlation id: clients may use an id again. */
  #find(correlationId: string, fits: (trace: OpenTrace) => boolean): OpenTrace | undefined {
    return this.#traces.findLast((each) => each.correlationId === correlationId && fits(each))
  }

  #open(correlationId: string): OpenTrace {
    const trace: OpenTrace = {
      id: ++this.#count,
      version: 0,
      since: Date.now(),
      correlationId,
      origin: undefined,
      request: undefined,
      calls: [],
      hops: []
    }
    this.#traces.push(trace)
    return trace
  }

  /** Takes the requests to the landscape that belong to a trace. */
  #join(trace: OpenTrace): void {
    const others = this.#traces.filter((each) => each !== trace)
    for (const pending of [...this.#pending]) {
      const { correlationId, hop } = pending
      const isKnown = correlationId === trace.correlationId
      if (!isKnown && correlationId !== undefined && !isBackground(trace)) continue
      if (!covers(trace, hop, isKnown)) continue
      if (!isKnown && others.some((each) => covers(each, hop, false))) continue
      this.#pending.splice(this.#pending.indexOf(pending), 1)
      if (!isKnown) trace.origin ??= correlationId
      if (trace.hops.length < MAX_PARTS) {
        trace.hops.push({ ...hop, joined: isKnown ? 'id' : 'time' })
      }
    }
    trace.hops.sort((a, b) => a.at - b.at)
  }

  /** Adds the users that the remote systems have in their own records. */
  async #addRemoteUsers(traces: ReadonlySet<OpenTrace>): Promise<void> {
    const isOpen = (hop: TraceHop) => hop.station === 'S/4' && hop.remoteUser === undefined
    const open = [...traces].flatMap(({ hops }) =>
      hops.filter(isOpen).map((hop) => ({ hops, hop }))
    )
    if (!open.length) return
    const all = await this.#entries().catch(() => [])
    const begin = Math.min(...open.map(({ hop }) => hop.at)) - TOLERANCE
    const entries = all.filter(({ at }) => Date.parse(at) >= begin)
    for (const { hops, hop } of open) {
      const found = entries.findIndex((each) => isSame(each, hop))
      const [entry] = found < 0 ? [] : entries.splice(found, 1)
      if (entry) hops[hops.indexOf(hop)] = { ...hop, remoteUser: entry.user }
    }
  }

  /** Forgets the oldest success, or the oldest failure if there is nothing else. */
  #forget(): void {
    const success = this.#traces.findIndex((each) => !traceOf(each).failed)
    this.#traces.splice(Math.max(success, 0), 1)
  }
}

/** Milliseconds by which the end of a request may differ in two records. */
const TOLERANCE = 250

function isSame({ at, method, path, status, subject }: AuditEntry, hop: TraceHop): boolean {
  const end = hop.at + hop.duration
  const difference = Math.abs(Date.parse(at) - end)
  const isSamePath = (path.split('?')[0] ?? '').endsWith(hop.path.split('?')[0] ?? '')
  const isSameAnswer = method === hop.method && status === hop.status && isSamePath
  return (
    isSameAnswer &&
    (subject ?? null) === (hop.subject ?? null) &&
    difference < hop.duration + TOLERANCE
  )
}
