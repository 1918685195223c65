import { inspect } from 'node:util'

import cds from '@sap/cds'
import { type CallOptions, executeHttpRequest } from 'cds-principal'

/** One call of a remote system. */
export interface SoakCall {
  readonly marker: string
  readonly kind: string
  readonly op: 'read' | 'write'
  /** Required service, or destination. */
  readonly target: string
  /** For calls without a required service. */
  readonly options?: CallOptions & { timeout?: number }
}

/** What came of it: what was answered, or why nothing was. */
export interface Outcome {
  readonly code: string
  /** Or the error. */
  readonly answer?: string
}

/** Calls as whoever is current. */
export async function perform(call: SoakCall, queued: boolean): Promise<Outcome> {
  try {
    const answer = call.kind === 'execute' ? await execute(call) : await send(call, queued)
    return { code: queued ? 'queued' : 'ok', answer: JSON.stringify(answer ?? null) }
  } catch (error) {
    const { reason, response, remoteError } = error as Failure
    const code = remoteError?.code ?? (error as Failure).code
    const status = (reason?.response ?? response)?.status
    const known = typeof code === 'string' && code.startsWith('ERR_') && code !== 'ERR_BAD_REQUEST'
    const told = known ? code : status ? `HTTP_${String(status)}` : String(code)
    return { code: told, answer: inspect(error, { depth: 4 }).slice(0, 2000) }
  }
}

interface Failure {
  /** What `executeHttpRequest` says of a failed call. */
  readonly remoteError?: { readonly code: string }
  readonly code?: unknown
  readonly reason?: { readonly response?: { readonly status?: number } }
  readonly response?: { readonly status?: number }
}

async function execute({ marker, op, target: destinationName, options = {} }: SoakCall) {
  const { timeout = 60_000, ...callOptions } = options
  const { data } = await executeHttpRequest(
    { destinationName, ...callOptions },
    {
      method: op === 'read' ? 'GET' : 'POST',
      url: op === 'read' ? `/execute/${marker}` : '/execute',
      headers: { 'x-soak': marker },
      timeout,
      ...(op === 'write' && { data: { marker } })
    }
  )
  return data as unknown
}

async function send({ marker, kind, op, target }: SoakCall, queued: boolean): Promise<unknown> {
  const service = await cds.connect.to(target)
  const remote = queued ? cds.queued(service) : service
  const headers = { 'x-soak': marker }
  if (kind !== 'rest') return remote.send({ query: queryOf(op, marker), headers } as never)
  const what =
    op === 'read'
      ? { method: 'GET', path: `/things/${marker}` }
      : { method: 'POST', path: '/things', data: { marker } }
  return remote.send({ ...what, headers } as never)
}

function queryOf(op: SoakCall['op'], marker: string) {
  return op === 'read'
    ? SELECT.from('API_EQUIPMENT.Equipment').where({ Equipment: marker })
    : INSERT.into('API_EQUIPMENT.Equipment').entries({ Equipment: marker })
}
