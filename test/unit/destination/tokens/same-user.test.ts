import { differenceAcross, differenceWithin } from '../../../../src/destination/tokens/same-user.js'

const ALICE = { user_name: 'alice', origin: 'sap.default', zid: 't1', sub: '4711' }

describe('tokens of one trust domain', () => {
  test.each<[string, object, object]>([
    ['everything is equal', ALICE, ALICE],
    ['another token for the same user', ALICE, { ...ALICE, jti: 'x', sub: 'elsewhere' }],
    ['one has no identity provider', ALICE, { ...ALICE, origin: undefined }],
    ['the other one has none', { ...ALICE, origin: undefined }, ALICE],
    ['one has no tenant', ALICE, { ...ALICE, zid: undefined }],
    ['the other one has none', { ...ALICE, zid: undefined }, ALICE],
    ['the same by sub alone', { sub: '4711' }, { sub: '4711' }],
    ['by sub, as only one has a logon name', { sub: '4711', user_name: 'alice' }, { sub: '4711' }],
    ['by sub, as the other one has none', { sub: '4711' }, { sub: '4711', user_name: 'alice' }],
    ['the tenant of another kind of issuer', ALICE, { ...ALICE, zid: undefined, app_tid: 't1' }]
  ])('are those of the same user: %s', (_, own, theirs) => {
    expect(differenceWithin(own as never, theirs as never)).toBeUndefined()
  })

  test.each<[string, object, object, string]>([
    ['another name', ALICE, { ...ALICE, user_name: 'bob' }, 'another user'],
    ['names differ in case', ALICE, { ...ALICE, user_name: 'Alice' }, 'another user'],
    ['another sub alone', { sub: '4711' }, { sub: '4712' }, 'another user'],
    ['nothing in common', { user_name: 'alice' }, { sub: 'alice' }, 'another user'],
    ['one says nothing', ALICE, {}, 'another user'],
    ['both say nothing', {}, {}, 'another user'],
    ['both are empty', { user_name: '', sub: '' }, { user_name: '', sub: '' }, 'another user'],
    ['no texts', { user_name: 1, sub: ['a'] }, { user_name: 1, sub: ['a'] }, 'another user'],
    ['an inherited name', { __proto__: ALICE }, { __proto__: ALICE }, 'another user'],
    [
      'another identity provider',
      ALICE,
      { ...ALICE, origin: 'other-idp' },
      'a user of another identity provider'
    ],
    ['another zid', ALICE, { ...ALICE, zid: 't2' }, 'a user of another tenant'],
    [
      'another app_tid',
      { sub: 'P1', app_tid: 't1' },
      { sub: 'P1', app_tid: 't2' },
      'a user of another tenant'
    ],
    [
      'zid and another app_tid',
      ALICE,
      { ...ALICE, zid: undefined, app_tid: 't2' },
      'a user of another tenant'
    ]
  ])('are not: %s', (_, own, theirs, difference) => {
    expect(differenceWithin(own as never, theirs as never)).toBe(difference)
  })
})

describe('tokens of two trust domains', () => {
  const IDENTIFIERS = [
    ...['user_name', 'user_uuid', 'user_id', 'sub', 'email', 'mail', 'scim_id'],
    ...['preferred_username', 'upn']
  ]

  test.each(IDENTIFIERS)('%s can name the user, whatever it is called at the other end', (name) => {
    for (const theirs of IDENTIFIERS) {
      expect(differenceAcross({ [name]: 'Alice@x' }, { [theirs]: 'aLICE@x' })).toBeUndefined()
      expect(differenceAcross({ [name]: 'alice' }, { [theirs]: 'bob' })).toBe('another user')
    }
  })

  test.each<[string, object, object]>([
    ['claims that identify nobody', { given_name: 'alice' }, { given_name: 'alice' }],
    ['tenant and identity provider', { zid: 't', origin: 'o' }, { sub: 't', user_name: 'o' }],
    ['nothing', {}, {}],
    ['empty texts', { sub: '' }, { sub: '' }],
    ['one says nothing', ALICE, {}]
  ])('%s do not', (_, own, theirs) => {
    expect(differenceAcross(own as never, theirs as never)).toBe('another user')
  })

  describe('the claim or attribute that the destination sends as the name', () => {
    test.each<[string, object]>([
      ['a claim', { employee: 'E-1' }],
      ['a list in the attributes', { 'xs.user.attributes': { employee: ['x', 'E-1'] } }]
    ])('counts as well: %s', (_, claims) => {
      expect(differenceAcross({ ...ALICE, ...claims }, { sub: 'e-1' }, 'employee')).toBeUndefined()
      expect(differenceAcross({ ...ALICE, ...claims }, { sub: 'e-2' }, 'employee')).toBe(
        'another user'
      )
      expect(differenceAcross({ ...ALICE, ...claims }, { sub: 'e-1' })).toBe('another user')
    })

    test('does not replace the others', () => {
      expect(differenceAcross(ALICE, { sub: 'alice' }, 'employee')).toBeUndefined()
    })

    test.each<[string, object]>([
      ['is not there', {}],
      ['is no text', { employee: 1 }],
      ['is empty', { employee: '' }],
      ['no list in the attributes', { 'xs.user.attributes': { employee: 'E-1' } }],
      ['no texts in the attributes', { 'xs.user.attributes': { employee: [1, null, {}] } }],
      ['attributes of another kind', { 'xs.user.attributes': 'employee' }],
      ['no attributes', { 'xs.user.attributes': null }]
    ])('names nobody where it %s', (_, claims) => {
      const theirs = { sub: 'e-1', user_name: '1', email: '' }
      expect(differenceAcross(claims as never, theirs, 'employee')).toBe('another user')
    })
  })
})
