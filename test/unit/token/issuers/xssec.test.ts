import { errors } from '@sap/xssec'

import { TokenError } from '../../../../src/errors.js'
import {
  fromXssec,
  LazyIdentityServiceToken,
  LazyXsuaaToken,
  validateSignature
} from '../../../../src/token/issuers/xssec.js'

/** An error of the library: its constructors want tokens and services. */
const made = (name: keyof typeof errors): Error =>
  Object.create((errors[name] as { prototype: object }).prototype) as Error

const UNAVAILABLE = (reason: string) => [
  'ERR_ISSUER_UNAVAILABLE',
  `the issuer's keys can't be had (${reason})`
]

test.each<[string, unknown, string[]]>([
  ['an expired token', made('ExpiredTokenError'), ['ERR_TOKEN_EXPIRED', 'the token has expired']],
  [
    'one that is not valid yet',
    made('NotYetValidTokenError'),
    ['ERR_TOKEN_NOT_YET_VALID', 'the token is not valid yet ("nbf" claim)']
  ],
  [
    'another audience',
    made('WrongAudienceError'),
    [
      'ERR_TOKEN_AUDIENCE',
      'the token was issued for another application: neither "aud" nor scopes name this one'
    ]
  ],
  [
    'another issuer',
    made('UntrustedIssuerError'),
    ['ERR_TOKEN_ISSUER', "the token's issuer is not the one of the binding"]
  ],
  [
    'no issuer',
    made('MissingIssuerError'),
    ['ERR_TOKEN_ISSUER', "the token's issuer is not the one of the binding"]
  ],
  [
    'another certificate',
    made('X5tError'),
    [
      'ERR_TOKEN_BINDING',
      'the token is bound to a client certificate, and the request came without it'
    ]
  ],
  [
    'no certificate',
    made('MissingClientCertificateError'),
    [
      'ERR_TOKEN_BINDING',
      'the token is bound to a client certificate, and the request came without it'
    ]
  ],
  [
    'a wrong signature',
    made('InvalidTokenSignatureError'),
    ['ERR_TOKEN_SIGNATURE', "the token's signature is wrong"]
  ],
  [
    'anything else about the token',
    made('ValidationError'),
    ['ERR_TOKEN_SIGNATURE', "the token's signature is wrong"]
  ],
  ['no answer in time', made('TimeoutError'), UNAVAILABLE('timeout')],
  [
    'a failure',
    new errors.ResponseError('https://t1.example', {}, 503, 'eyJ'),
    UNAVAILABLE('status 503')
  ],
  ['no connection', made('NetworkError'), UNAVAILABLE('network error')],
  ['a bug', new TypeError('https://t1.example/token?x=eyJ'), UNAVAILABLE('unexpected answer')],
  ['nothing', undefined, UNAVAILABLE('unexpected answer')]
])('%s is an error of ours, with nothing of the token', (_, error, [code, cause]) => {
  const own = fromXssec(error)
  expect(own).toBeInstanceOf(TokenError)
  expect(own).toMatchObject({ code, explanation: { cause } })
  expect(own.explanation.fix).toMatch(/\.$/)
  expect(own.message).not.toMatch(/eyJ|t1\.example/)
})

test('an error of ours stays what it is', () => {
  const error = new TokenError('ERR_TOKEN_TENANT', 'text')
  expect(fromXssec(error)).toBe(error)
})

test.each([LazyXsuaaToken, LazyIdentityServiceToken])(
  'a token is taken apart when somebody looks inside',
  (Token) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const jwt = `${part({ alg: 'RS256', kid: 'k' })}.${part({ sub: 'alice', zid: 't1' })}.c2ln`
    const token = new Token(jwt) as unknown as {
      jwt: string
      header: object
      payload: Record<string, unknown>
    }
    expect(token.jwt).toBe(jwt)
    expect(token.header).toEqual({ alg: 'RS256', kid: 'k' })
    expect(token.payload).toEqual({ sub: 'alice', zid: 't1' })
    expect(token.payload).toBe(token.payload)
    expect(token.header).toBe(token.header)
    token.payload['sub'] = 'bob'
    expect((new Token(jwt) as unknown as typeof token).payload['sub']).toBe('alice')
    const broken = new Token('no token') as unknown as typeof token
    expect(() => broken.payload).toThrow(TokenError)
  }
)

test('a signature is verified without stacks, and stacks are there again afterwards', () => {
  const { stackTraceLimit } = Error
  const seen: number[] = []
  validateSignature({ validateSignature: () => void seen.push(Error.stackTraceLimit) }, {})
  expect(seen).toEqual([0])
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
  const wrong = () => {
    throw new Error('wrong')
  }
  expect(() => {
    validateSignature({ validateSignature: wrong }, {})
  }).toThrow('wrong')
  expect(Error.stackTraceLimit).toBe(stackTraceLimit)
})
