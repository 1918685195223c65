import { fc } from '../../support/generated-inputs.js'

import { attributesOf } from '../../../src/user/attributes.js'

const attributes = (values: unknown) => ({ ...attributesOf({ 'xs.user.attributes': values }) })

test('values are lists, personal data are single', () => {
  const claims = {
    user_name: 'alice',
    given_name: 'Alice',
    family_name: 'Example',
    email: 'alice@example.com',
    'xs.user.attributes': { plant: ['1010'], level: [1, true] }
  }
  expect({ ...attributesOf(claims) }).toEqual({
    logonName: 'alice',
    givenName: 'Alice',
    familyName: 'Example',
    email: 'alice@example.com',
    plant: ['1010'],
    level: ['1', 'true']
  })
})

test('exchanged tokens have them in ext_cxt', () => {
  const claims = {
    ext_cxt: { 'xs.user.attributes': { plant: ['1710'] } },
    'xs.user.attributes': { plant: ['1010'] }
  }
  expect({ ...attributesOf(claims) }).toEqual({ plant: ['1710'] })
})

test('one value becomes a list of one', () => {
  expect(attributes({ plant: '1010' })).toEqual({ plant: ['1010'] })
})

describe('R30, R31: what is no value is absent', () => {
  test.each([
    null,
    [],
    '',
    [''],
    [null],
    {},
    [{}],
    [['1010']],
    { ref: ['x'] },
    'x'.repeat(257),
    '\ud800'
  ])('a value that is %j', (value) => {
    expect(attributes({ plant: value })).toEqual({})
  })

  test.each([null, 'x', 1, true, ['1010'], undefined])('attributes that are %j', (value) => {
    expect(attributes(value)).toEqual({})
  })

  test.each([null, 'x', 1, ['x']])('an ext_cxt that is %j', (value) => {
    expect({ ...attributesOf({ ext_cxt: value }) }).toEqual({})
  })

  test('good values beside bad ones stay', () => {
    expect(attributes({ plant: [null, '1010', {}] })).toEqual({ plant: ['1010'] })
  })

  test('at most 1000 values', () => {
    const many = Array.from({ length: 2000 }, (_, i) => String(i))
    expect(attributes({ plant: many }).plant).toHaveLength(1000)
  })
})

describe('I21: names from outside reach no prototype', () => {
  test.each(['__proto__', 'a b', 'a/b', ''])('%j is no name', (name) => {
    const claims = JSON.parse(`{"xs.user.attributes":{${JSON.stringify(name)}:["x"]}}`) as object
    expect(Object.keys(attributesOf(claims as never))).toEqual([])
  })

  test('a name that all objects inherit is one like any other', () => {
    const claims = { 'xs.user.attributes': { constructor: ['x'], toString: ['y'] } }
    expect(Object.entries(attributesOf(claims))).toEqual([
      ['constructor', ['x']],
      ['toString', ['y']]
    ])
  })
})

test('whatever the claims are, values are lists of texts or single texts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (own, exchanged) => {
      const all = attributesOf({
        'xs.user.attributes': own,
        ext_cxt: { 'xs.user.attributes': exchanged }
      })
      for (const value of Object.values(all)) {
        for (const each of [value].flat()) {
          expect(typeof each).toBe('string')
        }
      }
    })
  )
})
