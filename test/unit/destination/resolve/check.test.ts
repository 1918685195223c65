import type { Destination } from '@sap-cloud-sdk/connectivity'

import { AUTHENTICATION_TYPES } from '../../../../src/destination/authentication-types.js'
import {
  assertForUser,
  checkPassword,
  checkUsable
} from '../../../../src/destination/resolve/check.js'
import { CREDENTIALS } from '../../../../src/lib/inbound-credential.js'

const sendable = Object.entries(AUTHENTICATION_TYPES).filter(([, type]) => type.sendable)

function destination(authentication: string, changes: object = {}): Destination {
  const onPremise = AUTHENTICATION_TYPES[authentication]?.onPremiseOnly
  const base = { name: 'D', url: 'https://x.example', authentication }
  return { ...base, ...(onPremise && { proxyType: 'OnPremise' }), ...changes } as Destination
}

const usable = (...parameters: Parameters<typeof checkUsable>) => {
  checkUsable(...parameters)
}

describe.each(CREDENTIALS)('a fixed header %s', (name) => {
  const places = [
    { headers: { [name]: 'Bearer of-somebody' } },
    { headers: { [name.toUpperCase()]: 'Bearer of-somebody' } },
    { originalProperties: { [`URL.headers.${name.toUpperCase()}`]: 'Bearer of-somebody' } }
  ]

  test.each(sendable.filter(([, { userBound }]) => userBound))(
    'is refused with %s, and its value is not repeated',
    (authentication) => {
      for (const place of places) {
        expect(() => {
          usable(destination(authentication, place), true)
        }).toThrow(
          expect.objectContaining({
            code: 'ERR_DESTINATION_UNAVAILABLE',
            message: expect.stringMatching(
              new RegExp(`^((?!of-somebody).)*has a header "${name}" of its own`)
            ) as string
          })
        )
      }
    }
  )

  test('is refused with a token that is forwarded', () => {
    for (const place of places) {
      const forwarding = destination('NoAuthentication', { forwardAuthToken: true, ...place })
      for (const check of [assertForUser, (each: Destination) => usable(each, true)]) {
        expect(() => {
          check(forwarding)
        }).toThrow('of its own')
      }
    }
  })

  test.each(sendable.filter(([, { userBound }]) => !userBound))(
    'is part of a destination with %s',
    (authentication) => {
      for (const place of places) {
        expect(() => {
          usable(destination(authentication, place), false)
        }).not.toThrow()
      }
    }
  )
})

test('other headers are part of any destination, and so is one without a value', () => {
  const headers = { apikey: 'x', 'x-destination-name': 'S4', authorization: undefined }
  const originalProperties = { authorization: null, authentication: 'OAuth2JWTBearer' }
  expect(() => {
    usable(destination('OAuth2JWTBearer', { headers, originalProperties }), true)
  }).not.toThrow()
})

describe('user and password', () => {
  const check = (changes: object) => () => {
    checkPassword(destination('BasicAuthentication', changes))
  }

  test.each([{}, { username: 'u' }, { password: 'p' }, { username: 'u', password: null }])(
    'are needed: %j',
    (changes) => {
      expect(check(changes)).toThrow(
        expect.objectContaining({
          code: 'ERR_DESTINATION_UNAVAILABLE',
          message: expect.stringContaining('no User or no Password') as string
        })
      )
    }
  )

  test.each([
    { username: 'u', password: 'p' },
    { username: '', password: '' },
    { headers: { Authorization: 'Basic dTpw' } },
    { forwardAuthToken: true },
    { authentication: 'NoAuthentication' }
  ])('are there, or not needed: %j', (changes) => {
    expect(check(changes)).not.toThrow()
  })
})
