import cds from '@sap/cds'

import { objectsOnly } from '../../../src/inbound/hardening.js'
import { answerFaultyQueries } from '../../../src/inbound/query-fault.js'
import { type ServedOverHttp, serveOverHttp } from '../restrictions-http/served-over-http.js'

const MODEL = `
entity db.Sites { key ID : Integer; name : String; }
@odata: '/s' @hcql: '/h' @rest: '/r' @requires: 'any'
service S {
  entity Sites as projection on db.Sites;
  action start(reason : String) returns String;
  function broken() returns String;
}`

const JSON_TYPE = 'application/json'

/** CAP's answer to methods that actions do not have. */
const NOT_IMPLEMENTED = 501

/** Sites, served to everybody by OData, HCQL and REST. */
export interface PublicProtocols extends ServedOverHttp {
  /** Sends a request to `/h/…` (HCQL), `/r/…` (REST) or `/s/…` (OData). */
  status(method: string, path: string, body?: string, type?: string): Promise<Answer>
}

interface Answer {
  readonly status: number
  readonly text: string
}

export async function serveProtocols(): Promise<PublicProtocols> {
  const { server } = cds.env as unknown as { server: { body_parser?: object } }
  server.body_parser = objectsOnly()
  Object.assign(cds.requires, { auth: { kind: 'dummy' } })
  answerFaultyQueries()
  const app = await serveOverHttp(MODEL, function () {
    this.on('start', () => 'done')
    this.on('broken', () => (undefined as unknown as { of: { the: string } }).of.the)
  })
  for (const name of ['odata', 'hcql', 'rest']) cds.log(name, { level: 'silent' } as never)
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, name: 'one' }))
  const status = async (method: string, path: string, body?: string, type = JSON_TYPE) => {
    const response = await fetch(app.url.replace(/s$/, path), {
      method,
      ...(body !== undefined && { body, headers: { 'content-type': type } }),
      signal: AbortSignal.timeout(20_000)
    })
    return { status: response.status, text: await response.text() }
  }
  return { ...app, status }
}

/** True for an answer that says that something is wrong inside. */
export const isFault = ({ status }: Answer): boolean => status >= 500 && status !== NOT_IMPLEMENTED
