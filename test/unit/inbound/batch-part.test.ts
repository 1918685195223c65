import cds from '@sap/cds'

import { withoutOwnCredentials } from '../../../src/inbound/hardening.js'

const CREDENTIALS = [
  'authorization',
  'cookie',
  'proxy-authorization',
  'sap-connectivity-authentication',
  'sap-connectivity-technical-authentication',
  'sap-connectivity-scc-location_id',
  'x-user-token',
  'x-forwarded-client-cert'
]
const CASES = [
  (name: string) => name,
  (name: string) => name.toUpperCase(),
  (name: string) => name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase()),
  (name: string) => name.slice(0, -1) + name.slice(-1).toUpperCase()
]

/** What handlers of a part see, where the request around it has these headers. */
function seen(part: Record<string, unknown>, outer: Record<string, unknown> = {}) {
  const headers = { ...part }
  const context = { http: { req: { headers: outer } } }
  const run = (cds as unknown as { _with(context: object, work: () => void): void })._with
  run.call(cds, context, () => {
    withoutOwnCredentials({ headers })
  })
  return headers
}

const names = CREDENTIALS.flatMap((name) => CASES.map((change) => change(name)))

test.each(names)('%s of a part is not seen', (name) => {
  expect(seen({ [name]: 'own', accept: 'x' })).toEqual({ accept: 'x' })
  const outer = { [name.toLowerCase()]: 'of the request' }
  expect(seen({ [name]: 'own', accept: 'x' }, outer)).toEqual({ accept: 'x' })
  expect(seen({ [name]: 'of the request' }, outer)).toEqual({ [name]: 'of the request' })
})

test('all of them at once, and nothing else', () => {
  const all = Object.fromEntries(names.map((name) => [name, 'own']))
  const others = { accept: 'x', 'content-type': 'y', 'X-Correlation-ID': 'z' }
  expect(seen({ ...all, ...others })).toEqual(others)
})

test('the headers of the request itself stay as they are', () => {
  const headers = { authorization: 'a', cookie: 'b' }
  const context = { http: { req: { headers } } }
  const run = (cds as unknown as { _with(context: object, work: () => void): void })._with
  run.call(cds, context, () => {
    withoutOwnCredentials({ headers })
  })
  expect(headers).toEqual({ authorization: 'a', cookie: 'b' })
})
