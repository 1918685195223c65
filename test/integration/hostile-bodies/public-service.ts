import cds from '@sap/cds'

import { objectsOnly } from '../../../src/inbound/hardening.js'
import { type ServedOverHttp, serveOverHttp } from '../restrictions-http/served-over-http.js'

const MODEL = `
entity db.Orders { key ID : Integer; title : LargeString; amount : Decimal; at : Timestamp;
  site : Association to db.Sites; lines : Composition of many { key pos : Integer @mandatory; text : String }; }
entity db.Sites { key ID : Integer; name : String; }
@requires: 'any'
service S @(path: '/s') {
  entity Orders as projection on db.Orders actions { action close(reason : String) returns String; };
  entity Sites as projection on db.Sites;
  action start(list : array of String, reason : String) returns String;
}`

export const JSON_TYPE = 'application/json'
export const MULTIPART = 'multipart/mixed;boundary=b'

/** Requests with a body, and the first part of `/s/…`. */
export const TARGETS: [method: string, path: string][] = [
  ['POST', 'Orders'],
  ['PATCH', 'Orders(1)'],
  ['PUT', 'Orders(1)'],
  ['PUT', 'Orders(1)/title'],
  ['POST', 'Orders(1)/lines'],
  ['POST', 'Orders(1)/S.close'],
  ['POST', 'start'],
  ['POST', '$batch']
]

/** Serves orders to everybody, with the plugin's look at bodies. */
export async function servePublic(): Promise<ServedOverHttp> {
  const { server } = cds.env as unknown as { server: { body_parser?: object } }
  server.body_parser = objectsOnly()
  const app = await serveOverHttp(MODEL, function () {
    this.on(['close', 'start'], () => 'done')
  })
  await cds.run(INSERT.into('db.Orders').entries({ ID: 1, lines: [{ pos: 1 }] }))
  return app
}

/** Statuses of an answer, and of those in it. One that does not come in time is an error. */
async function statuses(url: string, body: string | Buffer, type: string, method: string) {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': type },
    body: new Uint8Array(Buffer.from(body)),
    signal: AbortSignal.timeout(20_000)
  })
  const text = await response.text()
  const inner = [...text.matchAll(/"status":(\d+)|^HTTP\/1.1 (\d+)/gm)].map(([, a, b]) => a ?? b)
  return [response.status, ...inner.map(Number)]
}

/** Statuses of an answer, and of those in it: they are below 500. */
export async function expectAnswered(
  { url }: ServedOverHttp,
  path: string,
  body: string | Buffer,
  type = JSON_TYPE,
  method = 'POST'
): Promise<number[]> {
  const answers = await statuses(`${url}/${path}`, body, type, method)
  const failed = answers.filter((status) => status >= 500)
  expect([method, path, body, failed]).toEqual([method, path, body, []])
  return answers
}

/** The process goes on. */
export async function expectAlive({ url }: ServedOverHttp): Promise<void> {
  expect((await fetch(`${url}/Sites`)).status).toBe(200)
}

const mime = ['content-type: application/http']

/** Parts of a `$batch`, each as its lines. */
export const lines = (...parts: string[][]): string =>
  [...parts.flatMap((each) => ['--b', ...each]), '--b--', ''].join('\r\n')

/** The lines of a part with a request. */
export const http = (method: string, url: string, ...body: string[]): string[] => [
  ...mime,
  '',
  `${method} ${url} HTTP/1.1`,
  'content-type: application/json',
  ...(body.length ? ['', ...body] : ['', ''])
]
