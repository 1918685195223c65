import { generateKeyPairSync } from 'node:crypto'

import {
  ACCEPTED,
  ACCEPTED_OR_INVALID,
  bearer,
  type Case,
  type Expected,
  INVALID_TOKEN
} from '../support/case.js'
import { userClaims } from '../support/claims.js'
import { header, jws } from '../support/jws.js'
import { shown } from '../support/rows.js'
import {
  bytes,
  eddsa,
  es256,
  hs,
  type Key,
  keys,
  makeKey,
  rs,
  type Signer
} from '../support/keys.js'

const weak = makeKey('weak', { kid: 'weak', alg: 'RS256', use: 'sig' })
const ec = makeKey('P-256', { kid: 'ec', alg: 'ES256', use: 'sig' })
const ed = makeKey('Ed25519', { kid: 'ed', alg: 'EdDSA', use: 'sig' })

/** The good key under another name and with other members: its signatures are right. */
const renamed = (kid: string, members: object): Key => {
  const { use: _use, alg: _alg, ...rest } = keys.good.jwk
  return { ...keys.good, jwk: { ...rest, kid, ...members } }
}

const MISUSED: Record<string, object> = {
  enc: { use: 'enc', alg: 'RS256' },
  'use-upper-case': { use: 'SIG', alg: 'RS256' },
  'use-number': { use: 1, alg: 'RS256' },
  'ops-encrypt': { key_ops: ['encrypt'] },
  'ops-sign': { key_ops: ['sign'] },
  'ops-none': { key_ops: [] },
  'ops-text': { key_ops: 'verify' },
  'enc-verify': { use: 'enc', key_ops: ['verify'] },
  'alg-RS512': { use: 'sig', alg: 'RS512' },
  'alg-PS256': { use: 'sig', alg: 'PS256' },
  'alg-RSA-OAEP': { use: 'sig', alg: 'RSA-OAEP' },
  'alg-HS256': { use: 'sig', alg: 'HS256' },
  'alg-none': { use: 'sig', alg: 'none' },
  'alg-lower': { use: 'sig', alg: 'rs256' },
  'alg-number': { use: 'sig', alg: 256 },
  'alg-list': { use: 'sig', alg: ['RS256'] },
  'kty-EC': { use: 'sig', kty: 'EC' },
  'kty-lower': { use: 'sig', kty: 'rsa' },
  'e-one': { use: 'sig', alg: 'RS256', e: 'AQ' },
  'e-two': { use: 'sig', alg: 'RS256', e: 'Ag' },
  'e-even': { use: 'sig', alg: 'RS256', e: 'AQAA' },
  'n-short': { use: 'sig', alg: 'RS256', n: 'AQAB' },
  'n-empty': { use: 'sig', alg: 'RS256', n: '' },
  'n-number': { use: 'sig', alg: 'RS256', n: 1 }
}

const misused = Object.entries(MISUSED).map(([kid, members]) => renamed(kid, members))

/** Entries that can't even be imported, or have no name that a token could use. */
const UNUSABLE: unknown[] = [
  null,
  'text',
  1,
  [],
  {},
  { kid: 'kty-unknown', kty: 'XYZ', use: 'sig' },
  { kid: 'kty-missing', use: 'sig' },
  { kid: 'curve-unknown', kty: 'EC', crv: 'P-999', x: 'AA', y: 'AA' },
  { kid: 'point-off', kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', alg: 'ES256' },
  { kid: 'oct', kty: 'oct', k: 'c2VjcmV0', alg: 'HS256', use: 'sig' },
  { ...keys.attacker.jwk, kid: undefined },
  { ...keys.attacker.jwk, kid: null },
  { ...keys.attacker.jwk, kid: 1 },
  { ...keys.attacker.jwk, kid: '' },
  { ...keys.attacker.jwk, kid: ['key-1'] },
  { ...keys.attacker.jwk, kid: 'k'.repeat(300) },
  {
    ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
    kid: 'private',
    alg: 'RS256'
  }
]

/** A key set with everything in it that a key set should not hold, and the two good keys in between. */
export const oddKeys = {
  keys: [
    ...UNUSABLE,
    ...[weak, ec, ed, ...misused].map(({ jwk }) => jwk),
    keys.good.jwk,
    keys.good2.jwk
  ]
}

const signed = (
  id: string,
  name: string,
  changes: object,
  sign: Signer | undefined,
  expected: Expected = INVALID_TOKEN
): Case => ({
  id,
  name,
  request: (xsuaa) => bearer(jws(header(changes as never), userClaims(xsuaa), sign)),
  expected
})

/** With a public exponent of 1, the signature is the padded digest itself (RFC 8017, section 9.2): anybody can make it. */
const withoutKey: Signer = (input) => {
  const digest = Buffer.from('3031300d060960864801650304020105000420', 'hex')
  const { createHash } = process.getBuiltinModule('node:crypto')
  const hash = createHash('sha256').update(input).digest()
  const tail = Buffer.concat([digest, hash])
  return Buffer.concat([
    Buffer.from([0, 1]),
    Buffer.alloc(256 - 3 - tail.length, 255),
    Buffer.from([0]),
    tail
  ])
}

export const keySet: Case[] = [
  signed('unusable keys', 'a good key beside unusable ones', {}, undefined, ACCEPTED),
  signed(
    'unusable keys',
    'the other good key beside unusable ones',
    { kid: 'key-2' },
    rs(256, keys.good2.privateKey),
    ACCEPTED
  ),
  ...Object.keys(MISUSED).map((kid) =>
    signed(
      kid.startsWith('alg') || kid.startsWith('kty')
        ? 'algorithm of the key'
        : kid.startsWith('e-') || kid.startsWith('n-')
          ? 'strength of keys'
          : 'use of the key',
      `key ${kid}, RS256`,
      { kid },
      undefined
    )
  ),
  signed(
    'algorithm of the key',
    'RS512 with the key for RS512',
    { kid: 'alg-RS512', alg: 'RS512' },
    rs(512)
  ),
  signed('strength of keys', 'RSA with 1024 bits', { kid: 'weak' }, rs(256, weak.privateKey)),
  signed('strength of keys', 'exponent 1, signed by nobody', { kid: 'e-one' }, withoutKey),
  signed(
    'algorithm of the key',
    'ES256 with the key for ES256, not allowed',
    { kid: 'ec', alg: 'ES256' },
    es256(ec.privateKey)
  ),
  signed('algorithm of the key', 'RS256 with an EC key', { kid: 'ec' }, es256(ec.privateKey)),
  signed('algorithm of the key', 'ES256 with an RSA key', { alg: 'ES256' }, es256(ec.privateKey)),
  signed(
    'algorithm of the key',
    'EdDSA with the key for EdDSA, not allowed',
    { kid: 'ed', alg: 'EdDSA' },
    eddsa(ed.privateKey)
  ),
  signed('algorithm of the key', 'RS256 with an Ed25519 key', { kid: 'ed' }, eddsa(ed.privateKey)),
  signed(
    'algorithms allowed',
    'HS256 with a published secret',
    { kid: 'oct', alg: 'HS256' },
    hs('secret')
  ),
  signed('algorithm of the key', 'RS256 with a published secret', { kid: 'oct' }, hs('secret')),
  signed(
    'strength of keys',
    'a point that is not on its curve',
    { kid: 'point-off', alg: 'ES256' },
    bytes(Buffer.alloc(64))
  ),
  ...['kty-unknown', 'kty-missing', 'curve-unknown'].map((kid) =>
    signed('unusable keys', `key ${kid}`, { kid }, undefined)
  ),
  ...[undefined, null, 1, '', ['key-1'], 'k'.repeat(300), 'undefined', 'null', '1', 'key-1,'].map(
    (kid) =>
      signed(
        'key id',
        `a published key without a proper name, kid ${shown(kid)}`,
        { kid },
        rs(256, keys.attacker.privateKey)
      )
  ),
  signed('unusable keys', 'a good key at last', {}, undefined, ACCEPTED),
  signed(
    'unusable keys',
    'a good key, jku beside',
    { jku: 'https://evil.example' },
    undefined,
    ACCEPTED_OR_INVALID
  )
]
