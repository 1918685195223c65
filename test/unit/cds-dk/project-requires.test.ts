import {
  choosePrincipal,
  dropImplementations,
  isPrincipalChosen,
  keepPrincipal,
  yieldToPrincipal
} from '../../../src/cds-dk/project-requires.js'

describe('the kind of authentication in a project', () => {
  test.each([
    ['nothing', {}, { auth: 'principal' }],
    ['a text', { auth: 'xsuaa' }, { auth: 'principal' }],
    [
      'an object with users',
      { auth: { kind: 'mocked', users: { alice: {} } } },
      { auth: { kind: 'principal', users: { alice: {} } } }
    ],
    ['a kind of production', { '[production]': { auth: 'xsuaa' } }, { auth: 'principal' }],
    [
      'what else belongs to a profile',
      { '[production]': { auth: { kind: 'ias', config: { a: 1 } }, db: 'hana' } },
      { auth: 'principal', '[production]': { auth: { config: { a: 1 } }, db: 'hana' } }
    ],
    ['mocked users in development', { '[development]': { auth: 'mocked' } }, { auth: 'principal' }],
    [
      'kinds of profiles inside of auth',
      {
        auth: { '[development]': { kind: 'mocked', users: {} }, '[production]': { kind: 'xsuaa' } }
      },
      { auth: { kind: 'principal', '[development]': { users: {} } } }
    ],
    [
      'kinds of profiles in profiles',
      { '[a]': { auth: { '[b]': { kind: 'jwt' } }, '[c]': { auth: 'mocked', db: 'sqlite' } } },
      { auth: 'principal', '[a]': { '[c]': { db: 'sqlite' } } }
    ]
  ])('is principal in every profile, in place of %s', (_name, requires, expected) => {
    const cds = { requires: { ...requires } }
    choosePrincipal(cds)
    keepPrincipal(cds)
    expect(cds.requires).toEqual(expected)
    choosePrincipal(cds)
    keepPrincipal(cds)
    expect(cds.requires).toEqual(expected)
  })

  test.each(['xsuaa', 'xsuaa-auth', 'ias', 'ias-auth', 'jwt'])(
    'stays principal when a facet has written %s into a profile',
    (kind) => {
      const cds = {
        requires: { auth: 'principal', '[production]': { auth: { kind } } },
        '[hybrid]': { requires: { auth: kind } }
      }
      keepPrincipal(cds)
      expect(cds).toEqual({ requires: { auth: 'principal' } })
    }
  )

  test.each([
    { requires: { auth: { kind: 'principal', '[production]': { kind: 'xsuaa' } } } },
    { requires: { '[production]': { auth: 'xsuaa' } } },
    { '[production]': { requires: { auth: 'xsuaa' } } },
    {
      '[production]': { requires: { auth: { kind: 'ias' } } },
      '[x]': { requires: { auth: 'jwt' } }
    }
  ])('is kept also where no section is for every profile: %j', (cds) => {
    keepPrincipal(cds)
    expect(JSON.stringify(cds)).not.toMatch(/production|xsuaa|ias|jwt/)
  })

  test('of other profiles stays what the project says', () => {
    const cds = { requires: { auth: 'principal', '[test]': { auth: 'mocked' } } }
    keepPrincipal(cds)
    expect(cds.requires['[test]']).toEqual({ auth: 'mocked' })
  })

  test('is not replaced in a file that wins, for every profile or for one', () => {
    const binding = { binding: { instance: 'x' }, vcap: { name: 'auth' } }
    const cds = {
      requires: {
        auth: 'xsuaa',
        db: 'sqlite',
        '[hybrid]': { auth: { kind: 'xsuaa-auth', ...binding } },
        '[test]': { auth: { kind: 'mocked' } }
      }
    }
    yieldToPrincipal(cds)
    expect(cds.requires).toEqual({
      db: 'sqlite',
      '[hybrid]': { auth: binding },
      '[test]': { auth: { kind: 'mocked' } }
    })
  })

  test('replaces the implementations of all profiles', () => {
    const auth = { impl: './srv/auth.js', '[x]': { impl: './x.js' } }
    const cds = { requires: { auth, '[y]': { auth: { impl: './y.js', users: {} } } } }
    expect(dropImplementations(cds)).toEqual(['./srv/auth.js', './x.js', './y.js'])
    choosePrincipal(cds)
    expect(cds.requires).toEqual({ auth: 'principal', '[y]': { auth: { users: {} } } })
  })

  test.each([
    [{ requires: { auth: 'principal' } }, true],
    [{ requires: { auth: { kind: 'principal-auth' } } }, true],
    [{ requires: { '[hybrid]': { auth: 'principal' } } }, true],
    [{ '[hybrid]': { requires: { auth: { kind: 'principal' } } } }, true],
    [{ requires: { auth: { '[hybrid]': { kind: 'principal' } } } }, true],
    [{ '[a]': { '[b]': { requires: { auth: 'principal' } } } }, true],
    [{ requires: { auth: 'xsuaa' } }, false],
    [{ requires: { auth: { users: {} } } }, false],
    [{ requires: true }, false],
    [{}, false]
  ])('is read from %j: %s', (cds, expected) => {
    expect(isPrincipalChosen(cds)).toBe(expected)
  })
})
