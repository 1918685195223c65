import { withoutInboundCredentials } from '../../../src/lib/inbound-credential.js'

const INBOUND = { authorization: 'Bearer inbound', cookie: 'a=b', accept: 'text/html' }

test.each([
  'Authorization',
  'cookie',
  'x-forwarded-client-cert',
  'Proxy-Authorization',
  'SAP-Connectivity-Authentication',
  'SAP-Connectivity-Technical-Authentication',
  'x-user-token'
])('an inbound %s goes no further', (name) => {
  const inbound = { [name.toLowerCase()]: 'secret' }
  for (const userBound of [true, false]) {
    expect(
      withoutInboundCredentials({ [name]: 'secret', accept: 'x' }, inbound, userBound)
    ).toEqual({
      accept: 'x'
    })
  }
})

test('what the application sets itself stays, unless the call goes out as the user', () => {
  const headers = { authorization: 'Bearer of the application', 'x-own': '1' }
  expect(withoutInboundCredentials(headers, INBOUND, false)).toEqual(headers)
  expect(withoutInboundCredentials(headers, INBOUND, true)).toEqual({ 'x-own': '1' })
})
