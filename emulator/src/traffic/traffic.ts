import type { IncomingMessage, ServerResponse } from 'node:http'
import { EmulatorError } from '../emulator-error.js'
import { formOf, readForm } from '../http/read-form.js'
import type { EmulatedRequest } from '../types.js'
import { giveAnswer } from './answer.js'
import { headerEntries, redact } from './redact.js'
import type { EndpointName, RecordedRequest, ScriptedAnswer } from './types.js'

/** Requests that nobody takes are forgotten beyond this number. */
const LIMIT = 1000

/** Somebody who waits for a request. */
interface Taker {
  resolve: (request: RecordedRequest) => void
  reject: (error: Error) => void
}

/** Answers that are due, and requests that came in: of one emulator, by endpoint. */
export class Traffic {
  readonly #answers = new Map<EndpointName, ScriptedAnswer[]>()
  readonly #requests = new Map<EndpointName, RecordedRequest[]>()
  readonly #takers = new Map<EndpointName, Taker[]>()

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
    const complete = once(() => this.#add(record(endpoint, req, entry, headers)))
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

  #add(request: RecordedRequest): void {
    const [taker] = listOf(this.#takers, request.endpoint).splice(0, 1)
    if (taker) return taker.resolve(request)
    const requests = listOf(this.#requests, request.endpoint)
    requests.push(request)
    if (requests.length > LIMIT) requests.shift()
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

function listOf<T>(lists: Map<EndpointName, T[]>, endpoint: EndpointName): T[] {
  const list = lists.get(endpoint) ?? []
  lists.set(endpoint, list)
  return list
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
