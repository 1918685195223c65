import type { IncomingMessage, ServerResponse } from 'node:http'
import { EmulatorError } from '../emulator-error.js'
import { formOf, readForm } from '../http/read-form.js'
import type { EmulatedEndpoint } from '../emulator.js'
import type { EmulatedRequest } from '../types.js'
import { giveAnswer } from './answer.js'
import { headerEntries, redact } from './redact.js'
import type { EndpointName, RecordedRequest, ScriptedAnswer } from './types.js'

/** Older requests are forgotten, of each service and of each endpoint. */
const LIMIT = 1000

/** A test that waits for a request. */
interface Taker {
  resolve: (request: RecordedRequest) => void
  reject: (error: Error) => void
}

/** The record of one emulator: the requests that came in, by service and by endpoint, and the answers that tests have for them. */
export class Traffic {
  readonly #entries = new Map<EmulatedEndpoint, EmulatedRequest[]>()
  readonly #answers = new Map<EndpointName, ScriptedAnswer[]>()
  readonly #requests = new Map<EndpointName, RecordedRequest[]>()
  readonly #takers = new Map<EndpointName, Taker[]>()
  readonly #observers: ((request: RecordedRequest) => void)[] = []

  /** Calls a function with each request once it is answered. */
  observe(observer: (request: RecordedRequest) => void): void {
    this.#observers.push(observer)
  }

  /** Adds a request to the record of a service, whether or not it gets an answer. */
  add(service: EmulatedEndpoint, entry: EmulatedRequest): void {
    keep(listOf(this.#entries, service), entry)
  }

  /**
   * Adds a request that gets its status with the response: before the client has the whole of it, so that whoever awaited the
   * response finds the entry complete. Without response it stays 0.
   */
  track(service: EmulatedEndpoint, entry: EmulatedRequest, res: ServerResponse): void {
    this.add(service, entry)
    const update = () => {
      if (res.headersSent) entry.status = res.statusCode
    }
    res.once('prefinish', update).once('close', update)
  }

  /** Returns copies of the last requests to a service in the order of their arrival, without anything secret. */
  requests(service: EmulatedEndpoint): EmulatedRequest[] {
    return listOf(this.#entries, service).map((entry) => ({ ...entry }))
  }

  /** The next request there gets this answer; several are given one after the other. */
  enqueue(endpoint: EndpointName, answer: ScriptedAnswer): void {
    listOf(this.#answers, endpoint).push(answer)
  }

  /**
   * Records a request, and gives it the answer that is due.
   *
   * @param entry - record of the request, which its handler completes
   * @returns whether it was answered
   */
  async intercept(
    endpoint: EndpointName,
    req: IncomingMessage,
    res: ServerResponse,
    entry: EmulatedRequest
  ): Promise<boolean> {
    const answer = this.#answers.get(endpoint)?.shift()
    // headers as they came: the proxy removes some on the way
    const headers = redact(headerEntries(req.headers))
    const complete = once(() => this.#offer(record(endpoint, req, entry, headers)))
    res.once('prefinish', complete).once('close', complete)
    if (!answer) return false
    // whoever is answered by a test still has sent parameters
    if (isForm(req) && endpoint !== 'connectivity' && endpoint !== 's4') await readForm(req)
    if (answer.hang) complete()
    return giveAnswer(answer, res)
  }

  /**
   * The oldest request of an endpoint that nobody has taken yet, or the next one to be answered.
   *
   * @throws EmulatorError `ERR_EMULATOR_NO_REQUEST` when there is none in time
   */
  take(endpoint: EndpointName, timeout: number): Promise<RecordedRequest> {
    const [request] = listOf(this.#requests, endpoint).splice(0, 1)
    if (request) return Promise.resolve(request)
    return new Promise((resolve, reject) => {
      const takers = listOf(this.#takers, endpoint)
      const timer = setTimeout(() => {
        takers.splice(takers.indexOf(taker), 1)
        reject(noRequest(`there was no request to "${endpoint}" within ${timeout} ms`))
      }, timeout)
      const taker: Taker = {
        resolve: (taken) => {
          clearTimeout(timer)
          resolve(taken)
        },
        reject: (error) => {
          clearTimeout(timer)
          reject(error)
        }
      }
      takers.push(taker)
    })
  }

  /** Rejects everybody who still waits for a request. */
  close(): void {
    for (const [endpoint, takers] of this.#takers) {
      const error = noRequest(
        `the emulator was stopped before there was a request to "${endpoint}"`
      )
      for (const taker of takers.splice(0)) taker.reject(error)
    }
  }

  /** Gives a request to whoever waits for it, or keeps it for whoever comes. */
  #offer(request: RecordedRequest): void {
    for (const observer of this.#observers) observer(request)
    const [taker] = listOf(this.#takers, request.endpoint).splice(0, 1)
    if (taker) return taker.resolve(request)
    keep(listOf(this.#requests, request.endpoint), request)
  }
}

function record(
  endpoint: EndpointName,
  req: IncomingMessage,
  entry: EmulatedRequest,
  headers: ReturnType<typeof redact>
): RecordedRequest {
  const url = URL.parse(req.url ?? '', 'https://localhost')
  const query = redact(url?.searchParams ?? [])
  const parameters = formOf(req)
  const form = parameters && redact(parameters)
  return {
    ...entry,
    endpoint,
    query: query.values,
    headers: headers.values,
    ...(form && { form: form.values }),
    claims: { ...headers.claims, ...query.claims, ...form?.claims }
  }
}

const isForm = ({ headers }: IncomingMessage) =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false

function listOf<K, T>(lists: Map<K, T[]>, key: K): T[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function keep<T>(list: T[], item: T): void {
  list.push(item)
  if (list.length > LIMIT) list.shift()
}

function once(work: () => void): () => void {
  let isDone = false
  return () => {
    if (isDone) return
    isDone = true
    work()
  }
}

const noRequest = (message: string) => new EmulatorError('ERR_EMULATOR_NO_REQUEST', message)
