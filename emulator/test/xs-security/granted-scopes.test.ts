import {
  type Application,
  checkForeignScopes,
  foreignUserScopes,
  technicalScopes
} from '../../src/xs-security/granted-scopes.js'
import { parseDescriptor } from '../../src/xs-security/parse-descriptor.js'

const application = (
  xsappname: string,
  descriptor: object,
  instanceName = xsappname
): Application => ({
  xsappname: `${xsappname}!t1`,
  instanceName,
  descriptor: parseDescriptor({ xsappname, ...descriptor }, 'x')
})

/** Grants `Read` in a way, and nothing else. */
const provider = (grants: object) =>
  application('orders', {
    scopes: [{ name: '$XSAPPNAME.Read', ...grants }, { name: '$XSAPPNAME.Other' }]
  })

const ALL_SCOPES = '$ACCEPT_GRANTED_SCOPES'
const ALL_AUTHORITIES = '$ACCEPT_GRANTED_AUTHORITIES'
const TO_US = '$XSAPPNAME(application,maintenance)'
const FROM_THEM = '$XSAPPNAME(application,orders)'

describe.each([
  ['user tokens', 'granted-apps', 'foreign-scope-references', ALL_SCOPES],
  ['technical tokens', 'grant-as-authority-to-apps', 'authorities', ALL_AUTHORITIES]
])('%s', (_, granting, accepting, all) => {
  const isUser = all === ALL_SCOPES
  const scopes = (own: Application, other: Application) =>
    isUser ? [...foreignUserScopes(own, [other])] : technicalScopes(own, [other])

  test.each<[string, string[], string[], string[]]>([
    ['granted and all accepted', [TO_US], [all], ['orders!t1.Read']],
    ['granted and accepted by name', [TO_US], [`${FROM_THEM}.Read`], ['orders!t1.Read']],
    [
      'granted with plan and subaccount',
      ['$XSAPPNAME(application, a-b, maintenance)'],
      [all],
      ['orders!t1.Read']
    ],
    ['granted to the full name', ['maintenance!t1'], ['orders!t1.Read'], ['orders!t1.Read']],
    ['granted to the service instance', ['$XSSERVICENAME(my-uaa)'], [all], ['orders!t1.Read']],
    ['granted to all', ['$XSAPPNAME(application,*)'], [all], ['orders!t1.Read']],
    ['granted, not accepted', [TO_US], [], []],
    ['accepted, not granted', [], [all], []],
    ['accepted by name, not granted', [], [`${FROM_THEM}.Read`], []],
    ['granted to another application', ['$XSAPPNAME(application,maintenance2)'], [all], []],
    ['granted to another service instance', ['$XSSERVICENAME(their-uaa)'], [all], []],
    ['another scope is accepted', [TO_US], [`${FROM_THEM}.Other`], []],
    ['that of another application is accepted', [TO_US], ['$XSAPPNAME(application,bills).Read'], []]
  ])('%s', (_case, grants, accepts, expected) => {
    const own = application('maintenance', { [accepting]: accepts }, 'my-uaa')
    expect(scopes(own, provider({ [granting]: grants }))).toEqual(expected)
  })

  test('what is granted for the other kind of tokens counts for nothing', () => {
    const other = isUser ? 'grant-as-authority-to-apps' : 'granted-apps'
    const own = application('maintenance', { [accepting]: [all] })
    expect(scopes(own, provider({ [other]: [TO_US] }))).toEqual([])
  })

  test('a scope that the other application does not have is a typo', () => {
    const own = application('maintenance', { [accepting]: [`${FROM_THEM}.Raed`] })
    expect(() => checkForeignScopes(own, [provider({})])).toThrow(
      `xs-security.json: ${accepting}[0] names the scope "Raed" of "orders", which has none of that name: did you mean "Read"?`
    )
    expect(() => checkForeignScopes(own, [])).not.toThrow()
  })
})

test('own authorities, and those of the platform', () => {
  const own = application('maintenance', {
    scopes: [{ name: '$XSAPPNAME.Job' }],
    authorities: ['$XSAPPNAME.Job', 'uaa.user', 'unknown.scope']
  })
  expect(technicalScopes(own, [])).toEqual(['maintenance!t1.Job', 'uaa.user'])
})
