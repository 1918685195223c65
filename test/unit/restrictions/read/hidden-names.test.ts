import { type Asking, checkNames, checkWrite, definition, refusalOf } from '../support/rewriting.js'

const UNCHECKED = { status: 403, code: 'ERR_RESTRICTION_UNCHECKED' }

describe('a query can not have the name that a path of a condition begins with', () => {
  // Joined has "site.name = … and ID > 0" for Clerk and Chief, "next.title = …" for Other and "visit.guest = …" for all
  const joined = (as: string) => ({ ref: ['S.Joined'], as })
  const refused = (query: string | object, asking: Asking = {}) =>
    refusalOf(() => {
      checkNames(query, asking)
    })
  const named = (as: string) => `SELECT from S.Joined as ${as} { ID }`
  const HIDDEN = {
    ...UNCHECKED,
    message: '"site" names the query, and records in a condition.'
  }

  test.each<[string, string, string]>([
    ['of a role of the user', 'site', 'Clerk'],
    ['of one of several roles', 'site', 'Chief'],
    ['of the only role', 'next', 'Other'],
    ['of everybody', 'visit', 'nobody']
  ])('%s', (_, name, role) => {
    expect(refused(named(name), { roles: [role] })).toMatchObject({
      ...UNCHECKED,
      message: `"${name}" names the query, and records in a condition.`
    })
  })

  test.each<[string, string, string]>([
    ['of a role that the user has not', 'next', 'Clerk'],
    ['of roles that the user has not', 'site', 'Other'],
    ['of an element without more', 'ID', 'Clerk'],
    ['that no condition has', 'o', 'Clerk'],
    ['that a path has later', 'name', 'Clerk']
  ])('but one %s', (_, name, role) => {
    expect(refused(named(name), { roles: [role] })).toBeUndefined()
  })

  test('unless there are no restrictions', () => {
    expect(refused('SELECT from S.Regions as main { ID }')).toBeUndefined()
    expect(refused('SELECT from S.Regions as main { ID }', { target: undefined })).toBeUndefined()
    expect(refused('SELECT from S.Joined { ID }')).toBeUndefined()
    expect(refused({ SELECT: {} })).toBeUndefined()
  })

  test('also within other queries, where conditions are added', () => {
    const inner = { SELECT: { from: joined('site') }, as: 'x' }
    expect(refused({ SELECT: { from: inner } })).toMatchObject(HIDDEN)
    expect(refused({ SELECT: { from: { SELECT: { from: inner } } } })).toMatchObject(HIDDEN)
    const outer = { SELECT: { from: joined('o') }, as: 'site' }
    expect(refused({ SELECT: { from: outer } })).toBeUndefined()
  })

  test('also in writes', () => {
    const target = definition('S.Joined')
    const entity = joined('site')
    expect(refused({ UPDATE: { entity, data: {} } }, { target })).toMatchObject(HIDDEN)
    expect(refused({ DELETE: { from: entity } }, { target })).toMatchObject(HIDDEN)
    expect(refused({ UPDATE: { entity: joined('o'), data: {} } }, { target })).toBeUndefined()
    expect(refused({ INSERT: { into: entity, entries: [] } }, { target })).toBeUndefined()
  })
})

describe('a write does not depend on other records', () => {
  const refused = (query: object, asking?: Asking) =>
    refusalOf(() => {
      checkWrite(query, asking)
    })
  const calculated: Record<string, unknown> = {
    'an element of another record': { ref: ['site', 'name'] },
    'a subquery': { SELECT: { from: { ref: ['S.Regions'] } } },
    'several queries': { SET: { args: [] } },
    'a filter of an association': { ref: [{ id: 'site', where: ['x'] }] },
    'whether there is one': { xpr: ['not', 'exists', { ref: ['site'] }] },
    'the same in one word': { xpr: ['not exists', { ref: ['site'] }] },
    'a calculation with one': {
      xpr: [{ val: 1 }, '+', { func: 'f', args: [{ ref: ['site', 'name'] }] }]
    }
  }

  test.each(Object.entries(calculated))('such as %s', (_, value) => {
    const entity = { ref: ['S.Orders'] }
    const where = [value, '=', { val: 1 }]
    for (const query of [
      { UPDATE: { entity, with: { title: value } } },
      { UPDATE: { entity, data: {}, where } },
      { DELETE: { from: entity, where } },
      { INSERT: { into: entity, as: value } },
      { UPSERT: { into: entity, as: value } }
    ]) {
      expect(refused(query)).toMatchObject({
        ...UNCHECKED,
        message: 'A write that depends on other records.'
      })
      expect(refused(query, { protocols: ['odata'] })).toBeUndefined()
    }
  })

  test('nor on what filters, or arguments, of its path say about records', () => {
    const byTitle = { id: 'S.Orders', where: [{ ref: ['title'] }, 'like', { val: 'x%' }] }
    const byKey = { id: 'S.Orders', where: [{ ref: ['ID'] }, '=', { val: 1 }] }
    const args = { p: { SELECT: { from: { ref: ['S.Sites'] } } } }
    const writes = (...ref: unknown[]) => [
      { UPDATE: { entity: { ref }, data: {} } },
      { DELETE: { from: { ref } } },
      { INSERT: { into: { ref }, entries: [] } },
      { UPSERT: { into: { ref }, entries: [] } }
    ]
    const hiding = [
      [byTitle],
      [byTitle, 'items'],
      ['S.Orders', 'items'],
      [{ id: 'S.Orders', args }]
    ]
    for (const query of hiding.flatMap((path) => writes(...path)))
      expect([query, refused(query)]).toMatchObject([query, UNCHECKED])
    for (const query of [...writes(byKey), ...writes(byKey, 'items'), ...writes(byKey, 'site')])
      expect([query, refused(query)]).toEqual([query, undefined])
  })

  test('but may depend on what the record has', () => {
    const values = [
      { ref: ['title'] },
      { val: 'x' },
      { val: null },
      { val: ['exists', { SELECT: {} }] },
      { ref: ['exists'] },
      { xpr: [{ ref: ['ID'] }, '+', { val: 1 }] }
    ]
    for (const title of values) {
      expect(
        refused({ UPDATE: { entity: { ref: ['S.Orders'] }, with: { title } } })
      ).toBeUndefined()
      expect(refused({ DELETE: { from: { ref: ['S.Orders'] }, where: [title] } })).toBeUndefined()
    }
    expect(
      refused({ INSERT: { into: { ref: ['S.Orders'] }, entries: [{ title: 'x' }] } })
    ).toBeUndefined()
    expect(refused({})).toBeUndefined()
  })
})
