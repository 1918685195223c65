import {
  AUTHENTICATION_TYPES,
  type AuthenticationType,
  authenticationTypeOf,
  isUserBound
} from '../../../src/destination/authentication-types.js'
import { read } from '../project/repository.js'

interface Row {
  readonly names: readonly string[]
  readonly goesOut: string
  readonly sent: string
}

/** The rows of the table "By type" in `docs/destinations.md` that name a type. */
function documented(): Row[] {
  const [, section = ''] = read('docs/destinations.md').split('\n## By type\n')
  const [table = ''] = section.trimStart().split('\n\n')
  return table.split('\n').flatMap((line) => {
    const [, first = '', goesOut = '', sent = ''] = line.split('|').map((cell) => cell.trim())
    if (first.startsWith('any')) return []
    const names = [...first.matchAll(/`([A-Z]\w+)`/g)].map(([, name = '']) => name)
    return names.length && !names.includes('Authentication') ? [{ names, goesOut, sent }] : []
  })
}

const types = Object.entries(AUTHENTICATION_TYPES)
const rowOf = (name: string) => documented().find(({ names }) => names.includes(name))

describe('types of authentication', () => {
  test('the documentation describes exactly the types that there are', () => {
    const names = documented().flatMap((row) => row.names)
    expect(names.toSorted()).toEqual(types.map(([name]) => name).toSorted())
  })

  test.each(types)('%s is documented as it is', (name: string, type: AuthenticationType) => {
    const { goesOut, sent } = rowOf(name) ?? {}
    expect(goesOut?.startsWith('the named user')).toBe(type.sendable && type.userBound)
    expect(sent?.startsWith('refused')).toBe(!type.sendable)
    if (type.userHeader) expect(sent).toContain(type.userHeader)
    expect((goesOut ?? '').includes('SystemUser')).toBe(type.allowsSystemUser ?? false)
    if (type.replacedBy)
      for (const other of type.replacedBy.split(' or ')) expect(sent).toContain(`\`${other}\``)
  })

  test('an unknown type has no properties, also one that is called as a member of every object', () => {
    expect(authenticationTypeOf({ authentication: 'OAuth3' })).toBeUndefined()
    expect(authenticationTypeOf({ authentication: 'constructor' })).toBeUndefined()
    expect(authenticationTypeOf({})).toBeUndefined()
  })

  test('a call goes out as the user by the type, by forwardAuthToken, and not with SystemUser', () => {
    expect(isUserBound({ authentication: 'OAuth2JWTBearer' })).toBe(true)
    expect(isUserBound({ authentication: 'OAuth2ClientCredentials' })).toBe(false)
    expect(isUserBound({ authentication: 'NoAuthentication', forwardAuthToken: true })).toBe(true)
    const saml = { authentication: 'OAuth2SAMLBearerAssertion' }
    expect(isUserBound(saml)).toBe(true)
    expect(isUserBound({ ...saml, systemUser: 'TECH' })).toBe(false)
    expect(isUserBound({ authentication: 'SAMLAssertion', systemUser: 'TECH' })).toBe(true)
    expect(isUserBound({ authentication: 'OAuth3' })).toBe(false)
  })
})
