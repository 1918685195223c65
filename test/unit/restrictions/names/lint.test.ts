import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { lint, type LintOptions } from '../../../../src/cli/lint.js'
import { knownNames } from '../../../../src/restrictions/names/known.js'

const project = mkdtempSync(join(tmpdir(), 'cds-principal-lint-'))
afterAll(() => {
  rmSync(project, { recursive: true })
})
beforeEach(() => {
  process.exitCode = 0
})
afterEach(() => {
  process.exitCode = 0
})

const SECURITY = {
  xsappname: 'shop',
  scopes: [{ name: '$XSAPPNAME.Buyer' }, { name: '$XSAPPNAME.Seller' }],
  attributes: [{ name: 'country' }]
}

async function linted(service: string, format: LintOptions['format'] = 'json', root = project) {
  mkdirSync(join(root, 'srv'), { recursive: true })
  writeFileSync(join(root, 'srv/shop.cds'), service)
  writeFileSync(join(root, 'xs-security.json'), JSON.stringify(SECURITY))
  const lines: string[] = []
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    lines.push(String(text))
    return true
  })
  await lint({ project: root, format })
  write.mockRestore()
  return { text: lines.join(''), exitCode: process.exitCode }
}

const entity = (restrictions: string) => `
@requires: 'authenticated-user'
service Shop {
  @restrict: [${restrictions}]
  entity Orders { key ID : Integer; country : String; }
}`

test('nothing to mend: exit code 0', async () => {
  const { text, exitCode } = await linted(
    entity("{ to: 'Buyer', where: (country = $user.country or $user.email = 'x') }, { to: 'any' }")
  )
  expect(JSON.parse(text)).toEqual({ findings: [] })
  expect(exitCode).toBeFalsy()
})

test('a language, which no condition knows', async () => {
  const { text, exitCode } = await linted(
    entity("{ to: 'Buyer', where: (country = $user.locale) }")
  )
  expect(text).toContain('Shop.Orders asks for $user.locale, which no token brings')
  expect(exitCode).toBe(1)
})

const WRONG = entity("{ to: ['Byer', 'cds.Subscriber'], where: (country = $user.contry) }")

test('misspelt names: exit code 1, and the name that was meant', async () => {
  const { text, exitCode } = await linted(WRONG)
  const { findings } = JSON.parse(text) as { findings: object[] }
  expect(findings).toMatchObject([
    {
      rule: 'unknown-role',
      message: 'Shop.Orders asks for the role "Byer", which no token brings; did you mean "Buyer"?',
      file: 'srv/shop.cds',
      line: 5
    },
    {
      rule: 'unknown-attribute',
      message: 'Shop.Orders asks for $user.contry, which no token brings; did you mean "country"?'
    }
  ])
  expect(exitCode).toBe(1)
})

test('the configuration is that of the project, also if that of another folder was read before', async () => {
  await linted(WRONG)
  const other = mkdtempSync(join(project, 'other-'))
  const auth = { issuers: { company: { roles: { map: true } } } }
  writeFileSync(join(other, '.cdsrc.json'), JSON.stringify({ requires: { auth } }))
  const { findings } = JSON.parse((await linted(WRONG, 'json', other)).text) as {
    findings: { rule: string }[]
  }
  expect(findings.map(({ rule }) => rule)).toEqual(['unknown-attribute'])
})

test('a condition that can not be made safe is a finding', async () => {
  const { text } = await linted(
    entity("{ to: 'Buyer', where: ($user.country like country) }"),
    'text'
  )
  expect(text).toMatch(/srv\/shop\.cds:5: @restrict of Shop\.Orders .*unsafe-condition/)
})

test('SARIF for code scanning', async () => {
  const { text } = await linted(WRONG, 'sarif')
  expect(JSON.parse(text)).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'cds-principal' } },
        results: [
          {
            ruleId: 'unknown-role',
            level: 'warning',
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'srv/shop.cds' },
                  region: { startLine: 5 }
                }
              }
            ]
          },
          { ruleId: 'unknown-attribute' }
        ]
      }
    ]
  })
})

describe('what can arrive', () => {
  const issuers = {
    keycloak: { attributeMapping: { region: 'reg' }, roles: { map: { staff: ['Clerk'] } } }
  }

  test('attributes and roles that issuers are mapped to', () => {
    const { attributes, roles } = knownNames(SECURITY, { issuers })
    expect([...(attributes ?? [])]).toEqual(expect.arrayContaining(['country', 'region', 'email']))
    expect([...(roles ?? [])]).toEqual(expect.arrayContaining(['Buyer', 'Clerk', 'any']))
  })

  test('anything, where nothing says what', () => {
    const none = { none: null as never }
    expect(knownNames(SECURITY, { issuers: none })).toEqual(knownNames(SECURITY, {}))
    expect(knownNames(undefined, {})).toEqual({ attributes: undefined, roles: undefined })
    expect(knownNames(SECURITY, { credentials: { domains: [] } }).attributes).toBeUndefined()
    const any = { any: { roles: { map: true as const } } }
    expect(knownNames(SECURITY, { issuers: any }).roles).toBeUndefined()
  })
})
