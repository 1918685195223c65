import '../support/matchers.js'

import { acceptedAs, type Case } from '../support/case.js'
import { TENANT } from '../support/claims.js'
import { roles, shown, withClaims } from '../support/rows.js'

/** JSON of `user.attr` without the claims about the person. */
const attr = (own: object) => ({ attr: expect.attributes(own) })

/** The value has the shape that it has in the token, as with CAP's own strategy; restrictions take from it what is a value. */
const kept = (name: string, value: unknown): Case =>
  withClaims(
    'attribute values',
    `attribute ${name}`,
    { 'xs.user.attributes': { country: value } },
    acceptedAs(attr({ country: value }))
  )

const attributes: Case[] = [
  kept('a list', ['DE', 'FR']),
  kept('a single string', 'DE'),
  kept('a number', 7),
  kept('a boolean', false),
  kept('a list of primitives', ['a', 1, true]),
  kept('an object', { ref: ['country'] }),
  kept('an expression', { xpr: ['1', '=', '1'] }),
  kept('expressions in a list', [{ ref: ['country'] }, { val: 'DE' }, { SELECT: {} }]),
  kept('a list in a list', [['DE']]),
  kept('mixed', ['DE', { ref: ['x'] }, ['FR'], null]),
  kept('SQL is text', ["' OR 1=1 --"]),
  kept('a long value', ['x'.repeat(257), 'DE']),
  kept('null', null),
  kept('an empty list', []),
  kept('a list of null', [null]),
  kept('an empty string', ''),
  kept('a list of an empty string', ['']),
  kept('an empty object', {}),
  ...[null, [], '', 'DE', 1, true, ['country'], [{ country: ['DE'] }]].map((all) =>
    withClaims(
      'attribute values',
      `xs.user.attributes ${shown(all)}`,
      { 'xs.user.attributes': all },
      acceptedAs(attr({}))
    )
  ),
  ...['a|b', 'country|String|list', '|'].map((name) =>
    withClaims(
      'attribute values',
      `a name like ${shown(name)}, which stands for something else`,
      { 'xs.user.attributes': { [name]: ['DE'] } },
      acceptedAs(attr({}))
    )
  ),
  ...['a.b', 'a b', 'urn:a:b', 'https://example.com/a', "a'b", '', '\u00e9', 'x'.repeat(300)].map(
    (name) =>
      withClaims(
        'attribute values',
        `a name like ${shown(name)}`,
        { 'xs.user.attributes': { [name]: ['DE'] } },
        acceptedAs(attr({ [name]: ['DE'] }))
      )
  ),
  withClaims(
    'reserved roles',
    'a name like __proto__',
    { 'xs.user.attributes': JSON.parse('{"__proto__":["DE"],"country":["DE"]}') as unknown },
    acceptedAs(attr({ country: ['DE'] }))
  ),
  ...['tenant', 'id', 'roles', 'user_name'].map((name) =>
    withClaims(
      'user id',
      `a name like ${name} changes nothing else`,
      { 'xs.user.attributes': { [name]: ['evil'] } },
      acceptedAs({ id: 'alice', tenant: TENANT, roles: roles('Viewer') })
    )
  ),
  withClaims(
    'attribute values',
    'a list of any length',
    { 'xs.user.attributes': { country: Array.from({ length: 1100 }, () => 'a') } },
    acceptedAs(attr({ country: Array.from({ length: 1100 }, () => 'a') }))
  ),
  withClaims(
    'attribute values',
    'attributes of an exchanged token count alone',
    { ext_cxt: { 'xs.user.attributes': { plant: ['1'] } } },
    acceptedAs(attr({ plant: ['1'] }))
  ),
  withClaims(
    'missing attributes',
    'an exchanged token without attributes',
    { ext_cxt: { 'xs.user.attributes': {} } },
    acceptedAs(attr({}))
  )
]

/** What is comparable with data, and nothing else. */
export const userAttributes: Case[] = [...attributes]
