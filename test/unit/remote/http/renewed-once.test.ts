import { Readable } from 'node:stream'

import type { RejectedCredential } from '../../../../src/destination/resolve/bypass.js'
import type { HttpCall } from '../../../../src/remote/http/message/http-call.js'
import { renewed, startCoolDown } from '../../../../src/remote/http/renewal.js'
import type { Outbound } from '../../../../src/remote/http/outbound.js'
import { internet, user } from '../support/backend.js'

const ALICE = user('alice')
const destination = (headers: Record<string, string>, name = 'S4') =>
  internet('https://s4.example', { name, headers })
const FRESH = destination({ authorization: 'Bearer fresh' })

let asked: RejectedCredential[]
let token = 0
beforeEach(() => {
  asked = []
  token++
})

const outbound = (changes: Partial<Outbound> = {}): Outbound => ({
  ...{ destination: destination({}), user: ALICE, tenant: 't1' },
  renew: (rejected) => {
    asked.push(rejected)
    return Promise.resolve(FRESH)
  },
  ...changes
})
const own = () => ({ authorization: `Bearer old-${String(token)}` })
const call = (headers: Record<string, string> = own(), body?: HttpCall['body']): HttpCall => ({
  ...{ method: 'POST', url: new URL('https://s4.example/x'), headers, body },
  responseType: undefined
})
const renew = (of = outbound(), sent = call(), status = 401) =>
  renewed(of, sent, { status, statusText: '', headers: {}, data: '' })

test.each<[string, Parameters<typeof renew>]>([
  ['a refusal of another kind', [undefined, undefined, 403]],
  ['a call that has no other credentials', [outbound({ renew: undefined })]],
  ['a body that is sent already', [undefined, call(undefined, Readable.from(['x']))]],
  ['a call without credentials', [undefined, call({ cookie: 'a=b' })]],
  ['a token for the proxy only, and a 401', [undefined, call({ 'proxy-authorization': 'x' })]],
  ['a token for the system only, and a 407', [undefined, call(), 407]]
])('nothing is renewed for %s', async (_, args) => {
  await expect(renew(...args)).resolves.toBeUndefined()
  expect(asked).toEqual([])
})

test.each([
  [401, 'authorization', 'proxy-authorization', false],
  [407, 'proxy-authorization', 'authorization', true]
])('after a %d it is %s that was rejected, and not %s', async (status, own, other, byProxy) => {
  const mine = `own ${String(token)}`
  const both = { [own]: mine, [other]: 'other', 'sap-connectivity-authentication': 'user' }
  await expect(renew(outbound(), call(both), status)).resolves.toBe(FRESH)
  const [rejected] = asked
  const judged = [mine, 'user', 'other', 'another', ''].map((each) => rejected?.isRejected(each))
  expect(judged).toEqual([true, true, false, false, false])
  expect(rejected?.byProxy).toBe(byProxy)
})

test('those who were rejected together, or soon after, get one renewal', async () => {
  const together = await Promise.all([renew(), renew()])
  expect([...together, await renew()]).toEqual([FRESH, FRESH, FRESH])
  expect(asked).toHaveLength(1)
})

test('it is for exactly this principal, destination and credential', async () => {
  await renew()
  const others = [
    outbound({ user: user('bob') }),
    outbound({ user: undefined }),
    outbound({ tenant: 't2' }),
    outbound({ destination: destination({}, 'OTHER') }),
    ...[
      { url: 'https://other.example' },
      { sapClient: '200' },
      { cloudConnectorLocationId: 'other' },
      { headers: { apikey: 'other' } },
      { queryParameters: { 'sap-client': '200' } },
      { originalProperties: { destinationConfiguration: { tokenServiceURL: 'other' } } }
    ].map((fragment) => outbound({ destination: { ...destination({}), ...fragment } }))
  ]
  for (const other of others) await renew(other)
  await renew(outbound(), call({ authorization: 'Bearer another' }))
  expect(asked).toHaveLength(others.length + 2)
})

test('the same credentials once more are none', async () => {
  const same = destination(own())
  const unchanged = outbound({ tenant: 'unchanged', renew: () => Promise.resolve(same) })
  await expect(renew(unchanged)).resolves.toBeUndefined()
})

test('after fresh credentials that were rejected as well, there are no others for 30 seconds', async () => {
  const cooling = outbound({ tenant: 'cooling' })
  const now = performance.now()
  const clock = jest.spyOn(performance, 'now').mockReturnValue(now)
  await startCoolDown(cooling, 401)
  await expect(renew(cooling, call({ authorization: 'Bearer any' }))).resolves.toBeUndefined()
  await expect(renew(cooling)).resolves.toBeUndefined()
  expect(asked).toEqual([])
  await expect(renew({ ...cooling, user: user('bob') })).resolves.toBe(FRESH)
  await expect(renew(cooling, call({ 'proxy-authorization': 'x' }), 407)).resolves.toBe(FRESH)
  clock.mockReturnValue(now + 30_001)
  await expect(renew(cooling)).resolves.toBe(FRESH)
  clock.mockRestore()
})

test('a renewal that fails says why, and the next call tries again', async () => {
  const failing = outbound({ renew: () => Promise.reject(new Error('no')) })
  await expect(renew(failing)).rejects.toThrow('no')
  await expect(renew()).resolves.toBe(FRESH)
})
