import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import type { Model } from '../../../../src/restrictions/model/definition.js'
import { checkNames } from '../../../../src/restrictions/names/check.js'
import {
  knownNames,
  nameSources,
  type NameSources
} from '../../../../src/restrictions/names/known.js'
import { lineOf, lintFindings } from '../../../../src/restrictions/names/lint-findings.js'
import { warnOfUnknownNames } from '../../../../src/restrictions/names/warn.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-names-'))
})
afterEach(() => {
  rmSync(root, { recursive: true })
})
const describeSecurity = (content: object | string) => {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  writeFileSync(join(root, 'xs-security.json'), text)
}

const MODEL = `service S {
  @restrict: [{ to: ['Buyer', 'Byer', 'cds.Subscriber', 'mtcallback', 'any', 'partner!t1.Role'],
    where: (a = $user.country or a = $user.contry or a = $user.email or a = $user.zzzzzzzz) }]
  entity E { key ID : Integer; a : String; }
}`
const compiled = () => cds.compile(MODEL) as unknown as Model
const SECURITY = {
  scopes: [{ name: '$XSAPPNAME.Buyer' }, {}],
  attributes: [{ name: 'country' }, {}],
  'foreign-scope-references': ['partner!t1.Role']
}
const findings = (auth: NameSources = {}) =>
  checkNames(compiled(), root, auth).map(({ rule, message, definition }) => {
    expect(definition.kind).toBe('entity')
    return `${rule}: ${message}`
  })

describe('a model asks for names that no token brings', () => {
  const unknown = (places: string) => [
    'unknown-role: S.E asks for the role "Byer", which no token brings; did you mean "Buyer"?',
    'unknown-attribute: S.E asks for $user.contry, which no token brings; did you mean "country"?',
    `unknown-attribute: S.E asks for $user.zzzzzzzz, which no token brings. Add it ${places}, or correct the name.`
  ]
  const DESCRIPTOR = 'to the attributes of xs-security.json and to a role template'
  const MAPPING = 'to cds.requires.auth.issuers.own.attributeMapping'

  test('by xs-security.json', () => {
    describeSecurity(SECURITY)
    expect(findings()).toEqual(unknown(DESCRIPTOR))
  })

  test('by what issuers are mapped to', () => {
    const attributeMapping = { country: 'c' }
    const roles = { map: { buyers: 'Buyer', partners: ['partner!t1.Role'] } }
    const auth = { issuers: { own: { attributeMapping, roles }, none: undefined } }
    expect(findings(auth)).toEqual(unknown(MAPPING))
    describeSecurity(SECURITY)
    expect(findings(auth)).toEqual(unknown(`${DESCRIPTOR}, or ${MAPPING}`))
  })

  test('and a role is added to the scopes, or to the map of an issuer', () => {
    const model = cds.compile("@requires: 'Zzzzzzzz' service S {}") as unknown as Model
    const messages = (issuers: NonNullable<NameSources['issuers']>) =>
      checkNames(model, root, { issuers }).map(({ message }) => message)
    const text = 'S asks for the role "Zzzzzzzz", which no token brings. Add it '
    expect(messages({ a: {}, b: {} })).toEqual([
      `${text}to cds.requires.auth.issuers.<alias>.roles.map, or correct the name.`
    ])
    describeSecurity(SECURITY)
    expect(messages({})).toEqual([
      `${text}to the scopes of xs-security.json and to a role template, or correct the name.`
    ])
  })

  test('not if nothing says which there are', () => {
    expect(findings()).toEqual([])
    expect(findings({ issuers: {} })).toEqual([])
    expect(findings({ issuers: { none: undefined } })).toEqual([])
  })

  test('and a file that is no JSON is named', () => {
    describeSecurity('{')
    expect(() => findings()).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: `${join(root, 'xs-security.json')} is not valid JSON. Correct the file; an editor shows the place.`,
        cause: expect.any(SyntaxError) as unknown
      })
    )
  })
})

describe('names that tokens can bring', () => {
  const names = (...args: Parameters<typeof knownNames>) => {
    const { attributes, roles } = knownNames(...args)
    return { attributes: attributes && [...attributes], roles: roles && [...roles] }
  }
  const PERSONAL = ['logonName', 'givenName', 'familyName', 'email']
  const PSEUDO = ['any', 'authenticated-user', 'identified-user', 'system-user', 'internal-user']

  test('are those of the descriptor, and what every user has', () => {
    expect(names(SECURITY, {})).toEqual({
      attributes: [...PERSONAL, 'country'],
      roles: [...PSEUDO, 'Buyer', 'partner!t1.Role']
    })
    expect(names({}, {})).toEqual({ attributes: PERSONAL, roles: PSEUDO })
    expect(names({ scopes: [{ name: 'other.Role' }] }, {}).roles).toEqual([...PSEUDO, 'other.Role'])
  })

  test('are all attributes for Identity Authentication, and all roles where they keep their names', () => {
    expect(names(SECURITY, { credentials: { domains: [] } })).toEqual({
      attributes: undefined,
      roles: [...PSEUDO, 'Buyer', 'partner!t1.Role']
    })
    expect(names(SECURITY, { credentials: { url: 'x' } }).attributes).toBeDefined()
    for (const requires of [
      { identity: { vcap: { label: 'identity' } } },
      { auth: { vcap: { label: 'identity' } } },
      { auth: { vcap: { label: 'xsuaa' } }, identity: true }
    ]) {
      const { attributes, roles } = names(SECURITY, nameSources(requires))
      expect(attributes).toBeUndefined()
      expect(roles).toContain('Buyer')
    }
    expect(names(SECURITY, nameSources({ auth: { vcap: { label: 'xsuaa' } } })).roles).toBeDefined()
    expect(names(SECURITY, { issuers: { a: { roles: { map: true } } } })).toEqual({
      attributes: [...PERSONAL, 'country'],
      roles: undefined
    })
    expect(names(SECURITY, { issuers: { a: {}, b: { roles: {} } } }).roles).toEqual([
      ...[...PSEUDO, 'Buyer', 'partner!t1.Role']
    ])
  })

  test('are any with policies of AMS, which nobody knows offline', () => {
    const requires = { auth: { ams: { dclRoot: 'ams/dcl' } } }
    expect(names(SECURITY, nameSources(requires))).toEqual({})
  })

  test('are those of all issuers together', () => {
    const issuers = {
      a: { attributeMapping: { region: 'r' }, roles: { map: { x: ['One', 'Two'] } } },
      b: { attributeMapping: { plant: 'p' }, roles: { map: { y: 'Three' } } }
    }
    expect(names(undefined, { issuers })).toEqual({
      attributes: [...PERSONAL, 'region', 'plant'],
      roles: [...PSEUDO, 'One', 'Two', 'Three']
    })
  })
})

describe('findings have a place', () => {
  const lint = (cdl: string) => lintFindings(cds.compile(cdl), root, {})
  const entity = (where: string) => `service S { @restrict: [{ to: 'R', where: ${where} }]
    entity E { key ID : Integer; a : String; b : Association to F; }
    entity F { key ID : Integer; c : String; } actions { @restrict: [{ where: 'c || $user.x = c' }] action act(); } }`

  test('and a condition that can not be made safe is an error', () => {
    describeSecurity({ attributes: [{ name: 'x' }], scopes: [{ name: '$XSAPPNAME.R' }] })
    const [ofEntity, ofAction] = lint(entity('($user.x like a)'))
    expect(ofEntity).toEqual({
      ...{ rule: 'unsafe-condition', isError: true, file: '<stdin>.cds', line: 2 },
      message:
        '@restrict of S.E (<stdin>.cds:2) has a condition that CAP can not be relied on to evaluate: $user.x like a - ' +
        '$user as the text of like, and an element as the pattern. Instead, the other way round: the element first, ' +
        '$user.<attribute> as the pattern.'
    })
    expect(ofAction?.message).toMatch(
      /^@restrict of an action of S\.F \(<stdin>\.cds:3\) has a condition/
    )
  })

  test('and one that compares elements of two entities is none', () => {
    const join = lint(entity('(b.c = a)')).find(({ rule }) => rule === 'condition-with-join')
    expect(join).toEqual({
      ...{ rule: 'condition-with-join', isError: false, file: '<stdin>.cds', line: 2 },
      message:
        '@restrict of S.E (<stdin>.cds:2) compares elements of different entities: b.c = a - ' +
        'paths and $expand to the entity are answered with an error. ' +
        'Instead, compare elements of one entity with $user or a constant, or use "exists" with a filter.'
    })
  })

  test('as one line', () => {
    const finding = { rule: 'unknown-role', isError: false, message: 'text' } as const
    expect(lineOf(finding)).toBe('text (unknown-role)')
    expect(lineOf({ ...finding, file: 'a.cds' })).toBe('a.cds: text (unknown-role)')
    expect(lineOf({ ...finding, file: 'a.cds', line: 7 })).toBe('a.cds:7: text (unknown-role)')
  })
})

test('a process that serves warns of them once', () => {
  describeSecurity(SECURITY)
  const warnings: string[] = []
  const log = cds.log('principal') as unknown as { warn: (text: string) => void }
  log.warn = (text) => warnings.push(text)
  const { root: before } = cds
  cds.root = root
  try {
    warnOfUnknownNames()
    const emitter = cds as unknown as { emit(event: string, csn: object): void }
    emitter.emit('loaded', compiled())
    emitter.emit('loaded', compiled())
  } finally {
    cds.root = before
  }
  expect(warnings).toHaveLength(3)
  expect(warnings[0]).toContain('"Byer"')
})

test('a condition that is a text names an element that is not there', () => {
  const csn = cds.compile(`service S {
    @restrict: [{ to: 'any', where: 'plnt = $user.plant or plant = user.plant or upper(nam) = ''X'' or st.x = 1' }]
    entity E { key ID : Integer; plant : String; name : String; st { x : Integer; };
      parts : Association to many E on parts.ID = ID; }
    @restrict: [{ to: 'any', where: 'exists parts[plant = $user.plant] and parts.plant = $user.plant' }]
    entity F as projection on E;
  }`)
  expect(checkNames(csn as unknown as Model, root, {}).map(({ message }) => message)).toEqual([
    'a condition of S.E has "plnt", and there is no such element; did you mean "plant"?',
    'a condition of S.E has "user.plant", and there is no such element; did you mean "$user.plant"?',
    'a condition of S.E has "nam", and there is no such element; did you mean "name"?'
  ])
})
