import { AsyncLocalStorage } from 'node:async_hooks'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'

import { PrincipalError, PropagationError } from '../../errors.js'
import { correlationHeaders } from '../../lib/inbound-credential.js'
import { HttpFailure, type Outbound, send } from '../http/send.js'
import type { ReadyDestination } from '../outbound.js'
import { ownerOf } from './owner.js'

/** One call of an agent, while it is made. */
export interface AgentCall {
  /** Returns the destination for the current principal: it is asked for each message. */
  readonly outbound: () => Promise<ReadyDestination>
  /** Milliseconds for each message. */
  readonly timeout: number
  /** Called when a message is sent. */
  readonly sent: () => void
  /** Error of this package for which a message has failed: libraries wrap it. */
  failure?: PrincipalError
}

const calls = new AsyncLocalStorage<AgentCall>()

/** Runs work with a call as the one whose messages are sent. @internal */
export function withinCall<T>(call: AgentCall, work: () => Promise<T>): Promise<T> {
  return calls.run(call, work)
}

/** Returns the call that is made. @internal */
export function currentCall(): AgentCall | undefined {
  return calls.getStore()
}

/** A server no longer knows a session: nothing was done, and a new session may do it. @internal */
export class SessionLost extends Error {}

/**
 * Returns the `fetch` of a client that holds a session. Each message goes out as the current principal, with credentials that were asked for
 * at that moment, over connections of that principal. A message of another principal than the one that the session was opened for is refused,
 * and so is one outside of a call: nobody is current there.
 *
 * @param service - name of the required service, for messages
 * @param owner - of the session, from {@link ownerOf}
 * @internal
 */
export function fetchAs(service: string, owner: string): typeof fetch {
  return async (input, init = {}) => {
    const headers = Object.fromEntries(new Headers(init.headers))
    const method = init.method ?? 'GET'
    // a stream for messages without a request would be open while nobody is current
    if (method === 'GET' && isStream(headers) && !headers['last-event-id']) return notOffered()
    const call = calls.getStore()
    if (!call) throw foreign(service, 'no call is made')
    try {
      const outbound = await call.outbound()
      if (ownerOf(outbound) !== owner) throw foreign(service, 'it was opened for another principal')
      call.sent()
      return await messageAnswer(call, outbound as Outbound, {
        method,
        url: addressOf(input),
        headers,
        init
      })
    } catch (error) {
      if (error instanceof PrincipalError) call.failure ??= error
      throw error
    }
  }
}

const isStream = ({ accept }: Record<string, string>) => accept === 'text/event-stream'

const notOffered = () => new Response(null, { status: 405 })

const addressOf = (input: string | URL | Request) =>
  input instanceof Request ? input.url : String(input)

interface Message {
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly init: RequestInit
}

async function messageAnswer(
  call: AgentCall,
  outbound: Outbound,
  { method, url, headers, init }: Message
): Promise<Response> {
  const { 'x-correlationid': id } = correlationHeaders()
  const config = {
    method: method as 'POST',
    url,
    headers: {
      ...(id && { 'x-correlation-id': id, 'x-correlationid': id }),
      ...headers
    },
    responseType: 'stream' as const,
    ...(typeof init.body === 'string' && { data: init.body }),
    ...(init.signal && { signal: init.signal })
  }
  try {
    return responseOf(await send(outbound, config, { timeout: call.timeout }))
  } catch (error) {
    if (!(error instanceof HttpFailure) || !error.response) throw error
    const { response } = error
    if (response.status === 404 && headers['mcp-session-id']) {
      throw new SessionLost('the session has ended')
    }
    return responseOf(response as Answer)
  }
}

/** Statuses of answers that have no body. */
const EMPTY = [204, 205, 304]

/** An answer with its body: a stream if it is a success. */
interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly data?: unknown
}

function responseOf({ status, headers, data }: Answer): Response {
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each])
  )
  const isEmpty = EMPTY.includes(status)
  if (isEmpty && data instanceof Readable) {
    // unread, it would keep its socket
    if (status === 204) data.resume()
    else data.destroy()
  }
  const body = isEmpty ? null : bodyOf(data)
  return new Response(body, { status, headers: entries })
}

function bodyOf(data: unknown): ReadableStream | string | null {
  if (data instanceof Readable) return Readable.toWeb(data)
  if (data === undefined || data === null) return null
  return typeof data === 'string' ? data : JSON.stringify(data)
}

function foreign(service: string, reason: string): PropagationError {
  return new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `a session with "${service}" is used, and ${reason}`,
    {
      service,
      fix: 'Nothing was sent. Call the service for each message, and keep nothing of it for another user.'
    }
  )
}
