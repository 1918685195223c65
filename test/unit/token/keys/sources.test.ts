import { FetchError } from '../../../../src/lib/fetch-json.js'
import { refusedTenant } from '../../../../src/token/keys/sources.js'
import { isSubscribed, noteSubscribed } from '../../../../src/token/keys/subscribed-tenants.js'

const thrown = (error: unknown): unknown => {
  try {
    return refusedTenant(error)
  } catch (caught) {
    return caught
  }
}

test('400 for the keys of a tenant is a refusal of the tenant, everything else stays what it is', () => {
  expect(thrown(new FetchError('status', 'status 400', 400))).toMatchObject({
    ...{ code: 'ERR_TOKEN_TENANT', status: 401 },
    explanation: { cause: 'the issuer has no keys for the tenant of the token' }
  })
  const others = [
    new FetchError('status', 'status 401', 401),
    new FetchError('status', 'status 500', 500),
    new FetchError('redirect', 'status 400', 400),
    new FetchError('timeout', 'timeout'),
    Object.assign(new Error('other'), { reason: 'status', status: 400 }),
    undefined
  ]
  for (const error of others) expect(thrown(error)).toBe(error)
})

test('tenants that have subscribed are known, and nothing else', () => {
  expect(isSubscribed('t1')).toBe(false)
  noteSubscribed('t1')
  for (const odd of [undefined, null, 5, {}]) noteSubscribed(odd)
  expect(isSubscribed('t1')).toBe(true)
  expect(isSubscribed('t2')).toBe(false)
  expect(isSubscribed(undefined)).toBe(false)
})
