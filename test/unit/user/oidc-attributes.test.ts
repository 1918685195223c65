import type { OidcIssuerOptions } from '../../../src/token/issuers/oidc-options.js'
import { oidcProfile } from '../../../src/user/oidc-profile.js'
import { UNVERIFIED } from './unverified.js'

const profile = (options: Partial<OidcIssuerOptions> = {}) =>
  oidcProfile('partner', { issuer: 'https://idp.example', audience: 'maintenance', ...options })

describe('attributes', () => {
  const attributes = (payload: object, attributeMapping: Record<string, string>) => ({
    ...profile({ attributeMapping }).attributes(payload as never)
  })

  test('personal data are single, mapped claims are lists', () => {
    const payload = {
      ...{ preferred_username: 'erika', given_name: 'Erika', family_name: 'Muster' },
      ...{ email: 'e@example.com', plant: '1010', org: { units: [1, true, 'x'] }, other: 'x' }
    }
    expect(attributes(payload, { plant: 'plant', unit: 'org.units' })).toEqual({
      ...{ logonName: 'erika', givenName: 'Erika', familyName: 'Muster', email: 'e@example.com' },
      ...{ plant: ['1010'], unit: ['1', 'true', 'x'] }
    })
  })

  test('an address that is not verified is left out, also under another name', () => {
    for (const email_verified of UNVERIFIED)
      expect(attributes({ email: 'e@example.com', email_verified }, { mail: 'email' })).toEqual({})
    expect(attributes({ email: 'e@example.com', email_verified: 'true' }, {})).toEqual({
      email: 'e@example.com'
    })
  })

  test.each([null, [], '', [''], [null, '']])('a claim that is %j is absent', (plant) => {
    expect(attributes({ plant }, { plant: 'plant' })).toEqual({})
    expect(attributes({ plant }, { plant: 'plant.name' })).toEqual({})
  })

  test.each(['preferred_username', 'given_name', 'family_name', 'email'])(
    'personal data of another shape are refused: %s',
    (claim) => {
      expect(() => attributes({ [claim]: ['x'] }, {})).toThrow(
        expect.objectContaining({ code: 'ERR_TOKEN_CLAIM' })
      )
    }
  )
})

describe('claims that are refused: without a value of them, "not in" or "is null" would permit what it excludes', () => {
  const attributesOfPlants = (plants: unknown, path = 'plants') =>
    profile({ attributeMapping: { plant: path } }).attributes({ plants })
  const refused = (sent: string) =>
    expect.objectContaining({
      code: 'ERR_TOKEN_CLAIM',
      message:
        `the claim for the attribute "plant" can't be used (sent ${sent} ≠ expected up to 1000 texts of up to 256 characters, ` +
        'numbers or booleans). Let the issuer send such values, or change "attributeMapping" in cds.requires.auth.issuers.'
    }) as Error

  test('more than 1000 values', () => {
    const many = Array.from({ length: 1001 }, (_, i) => String(i))
    expect(attributesOfPlants(many.slice(1))).toEqual({ plant: many.slice(1) })
    expect(attributesOfPlants([...many.slice(1), null, ''])).toEqual({ plant: many.slice(1) })
    expect(() => attributesOfPlants(many)).toThrow(refused('1001 values'))
  })

  test('one value of more than 256 characters', () => {
    expect(attributesOfPlants(['1010', 'x'.repeat(256)])).toEqual({
      plant: ['1010', 'x'.repeat(256)]
    })
    for (const plants of ['x'.repeat(257), ['1010', 'x'.repeat(257)]])
      expect(() => attributesOfPlants(plants)).toThrow(refused('a text of 257 characters'))
  })

  test.each<[unknown, string]>([
    [{}, 'an object'],
    [['1010', { ref: ['x'] }], 'an object'],
    [[['1010']], 'a list in a list'],
    [['1010', []], 'a list in a list'],
    ['\ud800', 'no valid text']
  ])('%j', (plants, sent) => {
    expect(() => attributesOfPlants(plants)).toThrow(refused(sent))
  })

  test.each(['1010', ['1010'], [{ id: '1010' }], 5])('no object on the path, but %j', (plants) => {
    expect(() => attributesOfPlants(plants, 'plants.id')).toThrow(refused('an object'))
  })
})

test('of an address that is not verified only the address is left out', () => {
  const claims = { preferred_username: 'alice', email: 'a@example.com', email_verified: false }
  expect({ ...oidcProfile('corp', {} as never).attributes(claims) }).toEqual({ logonName: 'alice' })
})
