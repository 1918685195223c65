import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { HttpFailure } from '../../../../../src/remote/http/failure/http-failure.js'
import { remoteFailure } from '../../../../../src/remote/http/failure/remote-failure.js'
import {
  answer,
  CALL,
  DIRECT,
  expectSaid,
  PATH,
  PROXIED,
  said,
  type Said
} from '../../support/said.js'

const [SYSTEM, CONNECTOR] = ['the system', 'the Cloud Connector']

describe('an answer of another kind than data', () => {
  test('a page, a redirect', () => {
    expectSaid(said(answer(200, '<html>', { 'content-type': 'text/html' })), [
      `ERR_REMOTE_LOGON_PAGE ${SYSTEM}`,
      'a page came in place of data (text/html), as for a browser that has to log on',
      PATH,
      /^Check the authentication of the destination, and that its URL and path lead to the service\.$/
    ])
    const redirect = (location: string, target: string) => {
      expectSaid(said(answer(302, '', { location })), [
        `ERR_REMOTE_REDIRECT ${SYSTEM}`,
        `${SYSTEM} redirects ${target} (302), and credentials are not taken anywhere else`,
        undefined,
        /^Often that is a page to log on\. Put the final URL into the destination, .*\.$/
      ])
    }
    redirect('https://idp.example/login?x=1', 'to idp.example')
    redirect('/login', 'within the system')
  })

  test.each([300, 302, 399])('%d that leads nowhere is no redirect', (status) => {
    expect(said(answer(status))).toBeUndefined()
  })
})

describe('an answer of the system', () => {
  test.each([
    [false, ''],
    [true, ', also with one that was asked for']
  ])('that wants a CSRF token; asked for: %p', (withCsrf, text) => {
    const refusal = answer(
      403,
      { error: { code: 'X', message: 'm' } },
      { 'x-csrf-token': 'Required' }
    )
    expectSaid(said(refusal, PROXIED, { withCsrf }), [
      `ERR_REMOTE_CSRF ${SYSTEM}`,
      `${SYSTEM} refuses the write for want of a CSRF token (403, x-csrf-token: Required)${text}`,
      undefined,
      /^Set "csrf": true for the required service, or "csrf": .* gives no token\.$/
    ])
  })

  const UNREACHABLE: Said = [
    `ERR_REMOTE_UNREACHABLE ${CONNECTOR}`,
    `${CONNECTOR} can not open a connection to the system (502)`,
    undefined,
    /^Check the internal host and port in the Cloud Connector, .* certificate of the system\.$/
  ]
  const LOAD = /^Try again later; where it repeats, look at its load and its limits\.$/

  test.each<[number, string, HttpDestination, Said]>([
    [502, '', PROXIED, UNREACHABLE],
    [502, 'x: start a mock in a second terminal: cds mock A!', PROXIED, UNREACHABLE],
    [
      504,
      '',
      DIRECT,
      [
        'ERR_REMOTE_TIMEOUT a hop on the way',
        'a hop on the way had no answer in time (504)',
        undefined,
        /^A write may have had its effect: look at the system\.$/
      ]
    ],
    ...[503, 429].map((status): [number, string, HttpDestination, Said] => [
      status,
      '',
      DIRECT,
      [
        `ERR_REMOTE_UNAVAILABLE ${SYSTEM}`,
        `${SYSTEM} can't answer at the moment (${status})`,
        undefined,
        LOAD
      ]
    ])
  ])('%d, %j', (status, text, destination, expected) => {
    expectSaid(said(answer(status, text), destination), expected)
  })

  test.each(['X/IWFND/MED/170', '/IWFND/MED/1700', '/IWFND/MED/17'])(
    'with the code %s is a refusal, and no missing service',
    (code) => {
      const error = said(answer(403, { error: { code, message: 'm' } }))
      expect(error?.slice(0, 3)).toEqual([
        ...[`ERR_REMOTE_FORBIDDEN ${SYSTEM}`, `${SYSTEM} refuses the user (403, ${code})`, PATH]
      ])
      expect(error?.[3]).toMatch(
        /^Check the authorizations there .*SU53, S_SERVICE of the user\)\.$/
      )
    }
  )

  test.each(['a\nb', 'a b', `<b>`, 'x'.repeat(61), '', 7, {}, undefined])(
    'with a code that can not stand in a message: %j',
    (code) => {
      const error = said(answer(403, { error: { code, message: 'm' } }))
      expect(error?.[1]).toBe(`${SYSTEM} refuses the user (403)`)
    }
  )

  test('has no part of a key in its path, also if its end is missing', () => {
    const url = new URL("https://s4.example/sap/Persons('alice")
    const error = said(answer(403), DIRECT, { call: { ...CALL, url } })
    expect(error?.[2]).toBe('/sap/Persons(...)')
  })
})

test.each([400, 401, 403, 404, 405, 502, 503])(
  'a body that is no text has no words of the proxy: %d',
  (status) => {
    for (const data of [{ x: 1 }, ['Access denied to system'], 7, null, undefined]) {
      const [direct, proxied] = [DIRECT, PROXIED].map((to) => said(answer(status, data), to))
      if (status !== 502) expect(proxied?.[0]).toBe(direct?.[0])
      else expect(proxied?.[0]).toBe(`ERR_REMOTE_UNREACHABLE ${CONNECTOR}`)
    }
  }
)

test('the error has the answer, if there is one', () => {
  const sent = { userBound: true, isRepeated: false, withCsrf: false, destination: DIRECT }
  const response = { status: 503, statusText: '', headers: {}, data: 'later' }
  const failure = Object.assign(new HttpFailure('failed'), { response })
  expect(remoteFailure(answer(503), sent, failure)).toMatchObject({ response, reason: failure })
  const without = remoteFailure(answer(503), sent, new HttpFailure('failed'))
  expect(without).not.toHaveProperty('response')
})

test('what is known about the principal', () => {
  for (const [userBound, principal] of [
    [true, 'named'],
    [false, 'technical']
  ] as const) {
    const sent = { userBound, isRepeated: false, withCsrf: false, destination: DIRECT }
    const error = remoteFailure(answer(403), sent, new HttpFailure('failed'))
    expect(error?.explanation).toMatchObject({ principal })
  }
})
