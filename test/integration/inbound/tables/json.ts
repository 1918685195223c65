import { deflateRawSync } from 'node:zlib'

import {
  ACCEPTED_OR_INVALID,
  atMost,
  bearer,
  type Case,
  type Expected,
  INVALID_TOKEN
} from '../support/case.js'
import { userClaims } from '../support/claims.js'
import { header, jws } from '../support/jws.js'
import type { TestXsuaa } from '../support/test-xsuaa.js'

const bom = Buffer.from([0xef, 0xbb, 0xbf])
const invalid = (sequence: number[]) => (json: string) =>
  Buffer.concat([
    Buffer.from(`${json.slice(0, -1)},"x":"`),
    Buffer.from(sequence),
    Buffer.from('"}')
  ])

/** Content of the header or the payload with a good signature over it. */
type Contents = [name: string, content: (claims: string) => unknown, expected?: Expected][]

const contents: Contents = [
  ['a byte order mark in front', (json) => Buffer.concat([bom, Buffer.from(json)])],
  ['UTF-16', (json) => Buffer.from(json, 'utf16le')],
  ['a byte that is no UTF-8', invalid([0xff])],
  ['an overlong slash', invalid([0xc0, 0xaf])],
  ['half a surrogate pair', invalid([0xed, 0xa0, 0x80])],
  ['a character that is cut off', invalid([0xe2, 0x82])],
  ['a character beyond Unicode', invalid([0xf4, 0x90, 0x80, 0x80])],
  ['latin1', invalid([0xe9])],
  ['a list', (json) => `[${json}]`],
  ['an empty list', () => '[]'],
  ['null', () => 'null'],
  ['true', () => 'true'],
  ['a number', () => '1'],
  ['a string', (json) => JSON.stringify(json)],
  ['an empty object', () => '{}'],
  ['not closed', (json) => json.slice(0, -1)],
  ['a comma too many', (json) => `${json.slice(0, -1)},}`],
  ['a comment', (json) => `${json}//`],
  ['two objects', (json) => json + json],
  ['single quotes', (json) => json.replaceAll('"', "'")],
  ['NaN', (json) => `${json.slice(0, -1)},"x":NaN}`],
  ['a leading zero', (json) => `${json.slice(0, -1)},"x":01}`],
  ['a NUL behind', (json) => `${json}\0`],
  ['a line feed in a string', (json) => `${json.slice(0, -1)},"x":"\n"}`],
  ['a non-breaking space around', (json) => `\u00a0${json}`],
  ['base64 once more', (json) => Buffer.from(json).toString('base64')],
  ['deflated', (json) => deflateRawSync(json)],
  ['white space around', (json) => ` \r\n\t${json} `, ACCEPTED_OR_INVALID],
  [
    'a lone surrogate, escaped',
    (json) => `${json.slice(0, -1)},"x":"\\ud800"}`,
    ACCEPTED_OR_INVALID
  ],
  ['nested 20 deep', (json) => nested(json, 20), ACCEPTED_OR_INVALID],
  ['nested 1000 deep', (json) => nested(json, 1000), ACCEPTED_OR_INVALID],
  ['nested 3000 deep', (json) => nested(json, 3000), ACCEPTED_OR_INVALID],
  ['3000 brackets, not closed', () => '['.repeat(3000)],
  ['3000 objects, not closed', () => '{"a":'.repeat(800)]
]

function nested(json: string, depth: number): string {
  return `${json.slice(0, -1)},"x":${'['.repeat(depth)}${']'.repeat(depth)}}`
}

const json: Case[] = contents.flatMap(([name, content, expected = INVALID_TOKEN]) => [
  {
    id: 'UTF-8 and JSON objects',
    name: `header: ${name}`,
    request: (xsuaa: TestXsuaa) =>
      bearer(jws(content(JSON.stringify(header())) as string, userClaims(xsuaa))),
    expected
  },
  {
    id: 'UTF-8 and JSON objects',
    name: `payload: ${name}`,
    request: (xsuaa: TestXsuaa) =>
      bearer(jws(header(), content(JSON.stringify(userClaims(xsuaa))) as string)),
    expected
  }
])

/** Puts members in front of the others or behind them, as text: JSON.stringify knows no duplicates. */
const duplicate = (
  name: string,
  part: 'header' | 'payload',
  [front, behind]: [string, string],
  expected: Expected
) => ({
  id: 'duplicate members',
  name,
  request: (xsuaa: TestXsuaa) => {
    const around = (content: object) => `{${front}${JSON.stringify(content).slice(1, -1)}${behind}}`
    const claims = userClaims(xsuaa)
    return bearer(part === 'header' ? jws(around(header()), claims) : jws(header(), around(claims)))
  },
  expected
})

const duplicates: Case[] = [
  duplicate('alg twice, none first', 'header', ['"alg":"none",', ''], atMost({ id: 'alice' })),
  duplicate('alg twice, none last', 'header', ['', ',"alg":"none"'], INVALID_TOKEN),
  duplicate('kid twice, another one last', 'header', ['', ',"kid":"other"'], INVALID_TOKEN),
  duplicate('user_name twice', 'payload', ['"user_name":"mallory",', ''], atMost({ id: 'alice' })),
  duplicate('user_name twice, null last', 'payload', ['', ',"user_name":null'], INVALID_TOKEN),
  duplicate('exp twice, over at last', 'payload', ['', ',"exp":1'], INVALID_TOKEN),
  duplicate('exp twice, over at first', 'payload', ['"exp":1,', ''], ACCEPTED_OR_INVALID),
  duplicate('aud twice, foreign at last', 'payload', ['', ',"aud":"x","cid":"x"'], INVALID_TOKEN),
  duplicate(
    'scope twice, more at first',
    'payload',
    ['"scope":["inbound!b1.Supervisor"],', ''],
    atMost({ roles: expect.not.arrayContaining(['Supervisor']) })
  ),
  duplicate(
    'escaped duplicate',
    'payload',
    ['', ',"user\\u005fname":"bob"'],
    atMost({ id: 'bob' })
  ),
  duplicate(
    'a __proto__ member',
    'payload',
    ['', ',"__proto__":{"user_name":"bob"}'],
    atMost({ id: 'alice' })
  )
]

/** What is in the segments: JSON objects in UTF-8, without duplicates. */
export const content: Case[] = [...json, ...duplicates]
