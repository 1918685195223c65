import { stepIn } from '../../../src/explain/story/log-line.js'
import { stepsOf } from '../../../src/explain/story/trace-steps.js'

const ID = '5f0c7a2e-8a34-4bd1-9e43-6d1d6b5f6a11'
const TOKEN = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2lnbmF0dXJl'

const failure = {
  level: 'warn',
  logger: 'principal',
  correlation_id: ID,
  timestamp: '2026-11-29T10:00:00.250Z',
  msg: 'ERR_TOKEN_AUDIENCE · …',
  code: 'ERR_TOKEN_AUDIENCE',
  status: 401,
  hop: 'incoming token',
  cause: 'the token was issued for another application',
  sent: 'a',
  expected: 'b',
  fix: 'Get it with the client id of this application'
}
const told = {
  time: Date.parse('2026-11-29T10:00:00.250Z'),
  place: 'in',
  code: 'ERR_TOKEN_AUDIENCE',
  hop: 'incoming token',
  text: 'the token was issued for another application (sent a ≠ expected b)',
  fix: 'Get it with the client id of this application'
}

describe('a line of a log', () => {
  test.each([
    ['as it is', ''],
    ['of cf logs', '   2026-11-29T10:00:01.00+0000 [APP/PROC/WEB/0] OUT '],
    ['of kubectl logs', '[pod/shop-7d/srv] 2026-11-29T10:00:01.123456789Z stdout F '],
    ['of docker compose', 'srv-1  | ']
  ])('JSON %s', (_, prefix) => {
    expect(stepIn(prefix + JSON.stringify(failure), ID)).toEqual(told)
  })

  test('of a console', () => {
    const line =
      '[principal] - ERR_TOKEN_AUDIENCE · incoming token · the token was issued for another application ' +
      '(sent a ≠ expected b) · Get it with the client id of this application · → npx cds-principal explain ' +
      `ERR_TOKEN_AUDIENCE (issuer xsuaa, correlation id ${ID})`
    expect(stepIn(line, ID)).toEqual({ ...told, time: undefined })
  })

  test('of a console, without a fix', () => {
    const line = `[principal] - ERR_REMOTE_TIMEOUT · the system · no answer in time · → npx cds-principal explain ERR_REMOTE_TIMEOUT (correlation id ${ID})`
    expect(stepIn(line, ID)).toMatchObject({ place: 'out', text: 'no answer in time' })
  })

  test('about a call: as whom it went out, and no name of a person', () => {
    const call = {
      service: 'S4',
      destination: 'S4_DEST',
      authentication: 'PrincipalPropagation',
      user: 'alice@example.com',
      principal: 'named',
      outcome: 'ok',
      duration: 12,
      correlationId: ID,
      context: 'queue'
    }
    expect(stepIn(`[principal] - principal.call ${JSON.stringify(call)}`, ID)).toEqual({
      time: undefined,
      place: 'queue',
      text: 'call to S4, destination S4_DEST as named by PrincipalPropagation ok, 12 ms',
      code: undefined
    })
    const entry = { correlation_id: ID, msg: `principal.call ${JSON.stringify(call)}` }
    expect(stepIn(JSON.stringify(entry), ID)).toMatchObject({ place: 'queue' })
  })

  test('of the router: the answer, without the query', () => {
    const line = `2026-11-29T10:00:01.00+0000 [RTR/1] OUT shop.example.com - "GET /odata/v4/shop/Orders?$filter=x HTTP/1.1" 403 0 vcap_request_id:"${ID}"`
    expect(stepIn(line, ID)).toMatchObject({
      time: Date.parse('2026-11-29T10:00:01Z'),
      place: 'in',
      text: 'answer to GET /odata/v4/shop/Orders: 403'
    })
  })

  test('of anybody: its first line, by the logger', () => {
    const entry = { correlation_id: ID, logger: 'odata', msg: 'GET /odata/v4/shop/Orders\nmore' }
    expect(stepIn(JSON.stringify(entry), ID)).toMatchObject({
      place: 'in',
      text: '[odata] GET /odata/v4/shop/Orders'
    })
  })

  test('no token, no address of a person, no control character', () => {
    const msg = `Bearer ${TOKEN} of alice@example.com \u001b[31m /x?user=bob`
    const step = stepIn(JSON.stringify({ correlation_id: ID, logger: 'app', msg }), ID)
    expect(step?.text).toBe('[app] Bearer <token> of <e-mail>  [31m /x')
  })

  test('the names of schemes and grants are no credentials', () => {
    const msg = 'a password or jwt-bearer grant, Basic credentials, Basic YWxpY2U6c2VjcmV0'
    const step = stepIn(JSON.stringify({ correlation_id: ID, msg }), ID)
    expect(step?.text).toBe('a password or jwt-bearer grant, Basic credentials, Basic <redacted>')
  })

  test.each([
    ['of another request', JSON.stringify({ ...failure, correlation_id: 'other' })],
    ['with a longer id', JSON.stringify({ ...failure, correlation_id: `${ID}-1` })]
  ])('%s does not count', (_, line) => {
    expect(stepIn(line, ID)).toBeUndefined()
  })
})

describe('the record of the landscape', () => {
  const trace = {
    correlationId: ID,
    request: {
      ...{ method: 'GET', path: '/odata/v4/shop/Orders', principal: 'named', issuer: 'xsuaa' },
      ...{
        user: 'alice',
        status: 502,
        code: 'ERR_REMOTE_TLS',
        hop: 'the system',
        cause: 'no trust'
      },
      ...{ at: 1000, duration: 50.25 }
    },
    calls: [
      {
        ...{ service: 'S4', destination: 'S4_DEST', authentication: 'PrincipalPropagation' },
        ...{ principal: 'named', user: 'alice', outcome: 'failed', code: 'ERR_REMOTE_TLS' },
        ...{ duration: 20, at: 1010 }
      },
      {
        ...{ service: 'MAIL', principal: 'technical', outcome: 'ok', context: 'queue' },
        ...{ duration: 3, at: 2000 }
      }
    ],
    hops: [
      {
        ...{ station: 'S/4', method: 'GET', path: '/sap?x=alice@example.com', status: 0, at: 1020 },
        ...{ subject: 'CN=alice', remoteUser: 'ALICE' }
      }
    ]
  }

  test('becomes the same steps, without names of persons', () => {
    const steps = stepsOf(trace)
    expect(steps.map(({ time, place, text }) => [time, place, text])).toEqual([
      [1000, 'in', 'GET /odata/v4/shop/Orders, as a named user of issuer xsuaa'],
      [1050.25, 'out', 'no trust'],
      [1050.25, 'in', 'answered: 502, 50 ms'],
      [
        1010,
        'out',
        'call to S4, destination S4_DEST as named user by PrincipalPropagation: failed'
      ],
      [2000, 'queue', 'call to MAIL as technical user: ok'],
      [1020, 'out', 'S/4: GET /sap, no answer, as the user']
    ])
    expect(JSON.stringify(steps)).not.toMatch(/alice/i)
  })
})
