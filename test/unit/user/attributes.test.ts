import { fc } from '../../support/generated-inputs.js'

import { attributesOf, setAttribute } from '../../../src/user/attributes.js'

const attributes = (values: unknown) => ({ ...attributesOf({ 'xs.user.attributes': values }) })

test('values have the shape of the claim', () => {
  const claims = {
    user_name: 'alice',
    given_name: 'Alice',
    family_name: 'Example',
    email: 'alice@example.com',
    'xs.user.attributes': { plant: ['1010'], level: [1, true], single: 'x' }
  }
  expect({ ...attributesOf(claims) }).toEqual({
    logonName: 'alice',
    givenName: 'Alice',
    familyName: 'Example',
    email: 'alice@example.com',
    plant: ['1010'],
    level: [1, true],
    single: 'x'
  })
})

test('exchanged tokens have them in ext_cxt', () => {
  const claims = {
    ext_cxt: { 'xs.user.attributes': { plant: ['1710'] } },
    'xs.user.attributes': { plant: ['1010'] }
  }
  expect({ ...attributesOf(claims) }).toEqual({ plant: ['1710'] })
})

test('claims about the person are those of the token, also where it has none', () => {
  const claims = {
    email: 'alice@example.com',
    'xs.user.attributes': { email: ['x'], logonName: ['y'] }
  }
  expect(attributesOf(claims)).toEqual({ email: 'alice@example.com' })
})

describe('what there is, is there as it is', () => {
  test.each([
    ...[
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
    ],
    ...['1010', 0, false, [null, '1010', {}], { city: { name: 'Ulm' } }]
  ])('a value that is %j', (value) => {
    expect(attributes({ plant: value })).toEqual({ plant: value })
  })

  test.each([null, 'x', 1, true, ['1010'], undefined])('attributes that are %j', (value) => {
    expect(attributes(value)).toEqual({})
  })

  test.each([null, 'x', 1, ['x']])('an ext_cxt that is %j', (value) => {
    expect({ ...attributesOf({ ext_cxt: value }) }).toEqual({})
  })

  test('all values of a long list: without some of them, "not in" would permit more', () => {
    const many = Array.from({ length: 2000 }, (_, i) => String(i))
    expect(attributes({ plant: many })).toEqual({ plant: many })
  })
})

describe('names from outside reach no prototype, and nothing that is computed', () => {
  test.each(['__proto__', 'plant|String|list', '|'])('%j is no name', (name) => {
    const claims = JSON.parse(`{"xs.user.attributes":{${JSON.stringify(name)}:["x"]}}`) as object
    expect(Object.keys(attributesOf(claims as never))).toEqual([])
  })

  test.each(['a b', 'a/b', '', 'urn:sap:plant', 'https://example.com/plant'])(
    '%j is one',
    (name) => {
      expect(attributes({ [name]: ['x'] })).toEqual({ [name]: ['x'] })
    }
  )

  test('a name that all objects inherit is one like any other', () => {
    const claims = { 'xs.user.attributes': { constructor: ['x'], toString: ['y'] } }
    expect(Object.entries(attributesOf(claims))).toEqual([
      ['constructor', ['x']],
      ['toString', ['y']]
    ])
  })
})

test('whatever the claims are, what is not left out is as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (own) => {
      const names = Object.keys(own).filter(
        (name) => !['logonName', 'givenName', 'familyName', 'email'].includes(name)
      )
      const all = attributesOf({ 'xs.user.attributes': own })
      for (const name of names) {
        const isKept = name !== '__proto__' && !name.includes('|')
        expect(Object.hasOwn(all, name) ? all[name] : undefined).toEqual(
          isKept ? own[name] : undefined
        )
      }
    })
  )
})

test.each(['', '__proto__', 'a b', ' a', 'a ', 'a\n', 'a|b', 'x'.repeat(129)])(
  'a claim of another issuer does not become an attribute named %j',
  (name) => {
    const kept = {}
    setAttribute(kept, name, ['x'])
    expect(Object.keys(kept)).toEqual([])
    expect(Object.getPrototypeOf(kept)).toBe(Object.prototype)
  }
)

test.each(['a', 'a.b-c_1', 'x'.repeat(128)])('it becomes one named %s', (name) => {
  const kept = {}
  setAttribute(kept, name, 'x')
  expect(kept).toEqual({ [name]: ['x'] })
})
