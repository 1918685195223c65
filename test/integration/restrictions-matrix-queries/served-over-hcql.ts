import cds from '@sap/cds'

import { type ServedOverHttp, serveOverHttp } from '../restrictions-http/served-over-http.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import {
  entities,
  fillAll,
  named,
  type Reader,
  SEEN,
  serveSeen,
  type World
} from './served-world.js'
import { TABLES } from './world.js'

/** Answers as clients get them. */
export interface WorldOverHcql extends World, Pick<ServedOverHttp, 'url' | 'stop'> {}

/** Serves the world to clients that send queries in CQN. */
export async function serveOverHcql(conditions: readonly Condition[]): Promise<WorldOverHcql> {
  const model = `${TABLES}${SEEN}
@odata: '/s' @hcql: '/h'
service S { ${entities(conditions)} }`
  const { url, stop } = await serveOverHttp(model)
  cds.log('hcql', { level: 'silent' } as never) // queries that CAP does not understand
  await fillAll()
  const expected = await serveSeen(cds.compile(model) as unknown as string)
  const hcql = url.replace(/s$/, 'h')
  const run = ({ subject, ownerRole, condition }: Reader, query: object) => {
    const roles = [`c${String(conditions.indexOf(condition))}`, ownerRole]
    return send(hcql, { id: subject.id, roles, attr: subject.attr }, named(query, 'S'))
  }
  return { url: hcql, run, expected, stop }
}

/** Sends a query, one in two for a stream, and throws what comes back as an error. */
export async function send(url: string, caller: object, query: object): Promise<unknown> {
  if (JSON.stringify(query).length % 2) {
    const answer = await post(url, caller, query, 'application/octet-stream')
    const rows = answer.ok ? ((await answer.json()) as unknown[]) : []
    if (rows.length) return rows // for none, CAP does not look if there is what the path goes through
  }
  const response = await post(url, caller, query, 'application/json')
  const text = await response.text()
  const { data, errors } = (text ? JSON.parse(text) : {}) as { data?: unknown; errors?: object[] }
  if (response.ok) return data
  throw Object.assign(new Error(text), {
    code: response.status,
    status: response.status,
    ...errors?.[0]
  })
}

function post(url: string, caller: object, query: object, accept: string): Promise<Response> {
  const who = { 'x-caller': JSON.stringify(caller) }
  return fetch(url, {
    method: 'POST',
    headers: { ...who, 'content-type': 'application/json', accept },
    body: JSON.stringify(query)
  })
}
