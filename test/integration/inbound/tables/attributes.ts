import '../support/matchers.js'

import { acceptedAs, atMost, type Case } from '../support/case.js'
import { TENANT } from '../support/claims.js'
import { roles, shown, withClaims } from '../support/rows.js'

/** JSON of `user.attr` without the claims about the person. */
const attr = (own: object) => ({ attr: expect.attributes(own) })

const attribute = (id: string, name: string, value: unknown, kept?: unknown): Case =>
  withClaims(
    id,
    `attribute ${name}`,
    { 'xs.user.attributes': { country: value } },
    acceptedAs(attr(kept === undefined ? {} : { country: kept }))
  )

const attributes: Case[] = [
  attribute('R30', 'a list', ['DE', 'FR'], ['DE', 'FR']),
  attribute('R30', 'a single string', 'DE', ['DE']),
  attribute('R30', 'a number', 7, ['7']),
  attribute('R30', 'a boolean', false, ['false']),
  attribute('R30', 'a list of primitives', ['a', 1, true], ['a', '1', 'true']),
  attribute('R30', 'an object', { ref: ['country'] }),
  attribute('R30', 'an expression', { xpr: ['1', '=', '1'] }),
  attribute('R30', 'expressions in a list', [{ ref: ['country'] }, { val: 'DE' }, { SELECT: {} }]),
  attribute('R30', 'a list in a list', [['DE']]),
  attribute('R30', 'mixed', ['DE', { ref: ['x'] }, ['FR'], null], ['DE']),
  attribute('R30', 'SQL is text', ["' OR 1=1 --"], ["' OR 1=1 --"]),
  attribute('R30', 'too long a value', ['x'.repeat(257), 'DE'], ['DE']),
  attribute('R30', 'the longest value', ['x'.repeat(256)], ['x'.repeat(256)]),
  attribute('R31', 'null', null),
  attribute('R31', 'an empty list', []),
  attribute('R31', 'a list of null', [null]),
  attribute('R31', 'an empty string', ''),
  attribute('R31', 'a list of an empty string', ['']),
  attribute('R31', 'an empty object', {}),
  ...[null, [], '', 'DE', 1, true, ['country'], [{ country: ['DE'] }]].map((all) =>
    withClaims(
      'R30',
      `xs.user.attributes ${shown(all)}`,
      { 'xs.user.attributes': all },
      acceptedAs(attr({}))
    )
  ),
  ...['a b', 'a;b', "a'b", 'a"b', 'a/b', '', '\u00e9', 'a\0', 'x'.repeat(300)].map((name) =>
    withClaims(
      'R30',
      `a name like ${shown(name)}`,
      { 'xs.user.attributes': { [name]: ['DE'] } },
      acceptedAs(attr({}))
    )
  ),
  ...['a.b', 'a-b', 'a_b', 'A1'].map((name) =>
    withClaims(
      'R30',
      `a name like ${name}`,
      { 'xs.user.attributes': { [name]: ['DE'] } },
      acceptedAs(attr({ [name]: ['DE'] }))
    )
  ),
  withClaims(
    'R29',
    'a name like __proto__',
    { 'xs.user.attributes': JSON.parse('{"__proto__":["DE"],"country":["DE"]}') as unknown },
    acceptedAs(attr({ country: ['DE'] }))
  ),
  ...['tenant', 'id', 'roles', 'user_name'].map((name) =>
    withClaims(
      'R27',
      `a name like ${name} changes nothing else`,
      { 'xs.user.attributes': { [name]: ['evil'] } },
      acceptedAs({ id: 'alice', tenant: TENANT, roles: roles('Viewer') })
    )
  ),
  withClaims(
    'R30',
    'a thousand values at most',
    { 'xs.user.attributes': { country: Array.from({ length: 1100 }, () => 'a') } },
    atMost({ attr: expect.not.stringMatching(/("a",){1000}/) as unknown })
  ),
  withClaims(
    'R30',
    'attributes of an exchanged token count alone',
    { ext_cxt: { 'xs.user.attributes': { plant: ['1'] } } },
    acceptedAs(attr({ plant: ['1'] }))
  ),
  withClaims(
    'R31',
    'an exchanged token without attributes',
    { ext_cxt: { 'xs.user.attributes': {} } },
    acceptedAs(attr({}))
  )
]

/** What is comparable with data, and nothing else. */
export const userAttributes: Case[] = [...attributes]
