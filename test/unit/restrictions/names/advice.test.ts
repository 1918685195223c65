import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { nameAdvice, unknownNames } from '../../../../src/restrictions/names/advice.js'

const { root } = cds
const folders: string[] = []
afterEach(() => {
  cds.root = root
})
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
    const { requires } = cds.env as unknown as { requires: { auth?: object | undefined } }
    const { auth } = requires
    requires.auth = { issuers: { own: { roles: { map: { sellers: 'Seller' } } } } }
    try {
      expect(unknownNames('role', ['Buyer', 'Seller', 'Byer'])).toEqual(['Byer'])
    } finally {
      requires.auth = auth
    }
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

  test('asks nothing if no name is like it, or none is known', () => {
    const text = /^No token can have the attribute "(zzzzzzzz|contry)": /
    enter(SECURITY)
    expect(nameAdvice('attribute', ['zzzzzzzz'])).toMatch(text)
    enter()
    expect(nameAdvice('attribute', ['contry'])).toMatch(text)
  })
})
