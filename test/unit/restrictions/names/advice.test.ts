import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { nameAdvice, unknownNames } from '../../../../src/restrictions/names/advice.js'

const { root } = cds
const { requires } = cds.env as unknown as { requires: { auth?: object | undefined } }
const { auth } = requires
const folders: string[] = []
afterEach(() => {
  cds.root = root
  requires.auth = auth
})

/** Sets the issuers of the project. */
const trust = (issuers: object) => {
  requires.auth = { issuers }
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** Goes to a project of its own. */
function enter(security?: object | string): void {
  const folder = mkdtempSync(join(tmpdir(), 'cds-principal-advice-'))
  folders.push(folder)
  const text = typeof security === 'string' ? security : JSON.stringify(security)
  if (security !== undefined) writeFileSync(join(folder, 'xs-security.json'), text)
  cds.root = folder
}

const SECURITY = {
  scopes: [{ name: '$XSAPPNAME.Buyer' }],
  attributes: [{ name: 'country' }, { name: 'plant' }]
}

describe('names that no token can bring', () => {
  test('are those that xs-security.json does not have', () => {
    enter(SECURITY)
    expect(unknownNames('role', ['Buyer', 'Byer', 'country', 'any'])).toEqual(['Byer', 'country'])
    expect(unknownNames('attribute', ['country', 'contry', 'Buyer', 'email'])).toEqual([
      'contry',
      'Buyer'
    ])
    expect(unknownNames('role', [])).toEqual([])
  })

  test('are no roles of CAP, but attributes of such names', () => {
    enter(SECURITY)
    const names = ['cds.Subscriber', 'mtcallback']
    expect(unknownNames('role', names)).toEqual([])
    expect(unknownNames('attribute', names)).toEqual(names)
  })

  test('are none if nothing says which there are', () => {
    enter()
    expect(unknownNames('role', ['Byer'])).toEqual([])
    expect(unknownNames('attribute', ['contry'])).toEqual([])
  })

  test('are none if the file is faulty, which has been said at start', () => {
    enter('{')
    expect(unknownNames('role', ['Byer'])).toEqual([])
  })

  test('are those of the project that is served now', () => {
    enter(SECURITY)
    expect(unknownNames('role', ['Buyer', 'Seller'])).toEqual(['Seller'])
    enter({ scopes: [{ name: '$XSAPPNAME.Seller' }] })
    expect(unknownNames('role', ['Buyer', 'Seller'])).toEqual(['Buyer'])
  })

  test('are looked up once', () => {
    enter(SECURITY)
    expect(unknownNames('role', ['Seller'])).toEqual(['Seller'])
    writeFileSync(join(cds.root, 'xs-security.json'), '{}')
    expect(unknownNames('role', ['Buyer'])).toEqual([])
  })

  test('are none of those that issuers are mapped to', () => {
    enter(SECURITY)
    trust({ own: { roles: { map: { sellers: 'Seller' } } } })
    expect(unknownNames('role', ['Buyer', 'Seller', 'Byer'])).toEqual(['Byer'])
  })

  test('are for tokens of one issuer those that it can not bring', () => {
    enter(SECURITY)
    trust({ own: { attributeMapping: { region: 'r' } }, none: null })
    const names = ['plant', 'region', 'zzz']
    expect(unknownNames('attribute', names)).toEqual(['zzz'])
    expect(unknownNames('attribute', names, 'own')).toEqual(['plant', 'zzz'])
    expect(unknownNames('attribute', names, 'xsuaa')).toEqual(['region', 'zzz'])
    expect(unknownNames('attribute', names, 'ias')).toEqual([])
    expect(unknownNames('attribute', names, 'none')).toEqual(['zzz'])
    expect(unknownNames('attribute', names, 'other')).toEqual(['zzz'])
  })
})

describe('the advice', () => {
  test('is none without such names', () => {
    enter(SECURITY)
    expect(nameAdvice('role', [])).toBeUndefined()
  })

  test('names the role, and the one that may be meant', () => {
    enter(SECURITY)
    expect(nameAdvice('role', ['Byer'])).toBe(
      'Did you mean "Buyer"? No token can have the role "Byer": xs-security.json has no such scope. ' +
        'Correct the name in the model, or add the scope and update the XSUAA instance.'
    )
  })

  test('names attributes, and those that may be meant', () => {
    enter(SECURITY)
    expect(nameAdvice('attribute', ['contry', 'plnt', 'zzzzzzzz'])).toBe(
      'Did you mean "country" or "plant"? ' +
        'No token can have the attribute "contry" or "plnt" or "zzzzzzzz": xs-security.json has no such attribute. ' +
        'Correct the name in the model, or add the attribute and update the XSUAA instance.'
    )
  })

  test('names the option of the issuer where no token is of XSUAA', () => {
    enter()
    const own = { attributeMapping: { plant: 'p' }, roles: { map: { buyers: 'Buyer' } } }
    trust({ own })
    expect(nameAdvice('attribute', ['plnt'])).toBe(
      'Did you mean "plant"? No token can have the attribute "plnt": cds.requires.auth.issuers.own.attributeMapping has no such ' +
        'attribute. Correct the name in the model, or add it there.'
    )
    expect(nameAdvice('role', ['Byer'], 'own')).toBe(
      'Did you mean "Buyer"? No token can have the role "Byer": cds.requires.auth.issuers.own.roles.map has no such role. ' +
        'Correct the name in the model, or add it there.'
    )
    trust({ own, other: {} })
    expect(nameAdvice('role', ['Byer'])).toMatch(
      /: cds\.requires\.auth\.issuers\.<alias>\.roles\.map has/
    )
  })

  test('names both places where tokens are of XSUAA and of an issuer, and the one of a token', () => {
    enter(SECURITY)
    trust({ own: { attributeMapping: { region: 'r' } } })
    const mapping = 'cds.requires.auth.issuers.own.attributeMapping'
    expect(nameAdvice('attribute', ['zzz'])).toBe(
      `No token can have the attribute "zzz": neither xs-security.json nor ${mapping} has it. ` +
        'Correct the name in the model, or add it to the one whose users shall have it.'
    )
    expect(nameAdvice('attribute', ['plant'], 'own')).toBe(
      `No token of issuer "own" can have the attribute "plant": ${mapping} has no such attribute. ` +
        'Correct the name in the model, or add it there.'
    )
    expect(nameAdvice('attribute', ['region'], 'xsuaa')).toMatch(
      /^No token of issuer "xsuaa" can have the attribute "region": xs-security\.json has no such attribute\./
    )
  })

  test('asks nothing if no name is like it, or none is known', () => {
    const text = /^No token can have the attribute "(zzzzzzzz|contry)": /
    enter(SECURITY)
    expect(nameAdvice('attribute', ['zzzzzzzz'])).toMatch(text)
    enter()
    expect(nameAdvice('attribute', ['contry'])).toMatch(text)
  })
})
