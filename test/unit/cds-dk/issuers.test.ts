import type { ConfigurationFile, Json } from '../../../src/cds-dk/configuration-file.js'
import { issuersOf, requireIssuers } from '../../../src/cds-dk/issuers.js'

function fileWith(requires: Json): ConfigurationFile {
  return { name: 'package.json', content: {}, cds: { requires }, save: () => true }
}
const ofIdentity = { kind: 'principal', vcap: { label: 'identity' } }

describe('tokens are taken', () => {
  test.each<[string, Json, string[], boolean, boolean]>([
    ['of XSUAA by default', {}, [], true, false],
    ['of XSUAA by principal', { auth: 'principal' }, [], true, false],
    ['of both with identity beside it', { auth: 'principal', identity: true }, [], true, true],
    ['of Identity Authentication by its label', { auth: ofIdentity }, [], false, true],
    [
      'of Identity Authentication by its label in a profile',
      { auth: { kind: 'principal', '[production]': { vcap: { label: 'identity' } } } },
      [],
      false,
      true
    ],
    ['of both with xsuaa beside the label', { auth: ofIdentity, xsuaa: true }, [], true, true],
    [
      'of both with identity beside the label',
      { auth: ofIdentity, identity: true },
      [],
      false,
      true
    ],
    ['of both where ias is added', { auth: 'principal' }, ['mta', 'ias'], true, true],
    ['of both where xsuaa is added', { auth: ofIdentity }, ['xsuaa'], true, true],
    ['of the only issuer that is added', {}, ['principal', 'ias'], false, true],
    ['of the only kind', { '[production]': { auth: 'ias' } }, [], false, true],
    [
      'of both kinds',
      { auth: 'jwt-auth', '[production]': { auth: { kind: 'ias' } } },
      [],
      true,
      true
    ],
    [
      'of both by a kind beside principal',
      { auth: 'principal', '[production]': { auth: 'ias' } },
      [],
      true,
      true
    ]
  ])('%s', (_name, requires, facets, xsuaa, ias) => {
    expect(issuersOf([fileWith(requires)], facets)).toEqual({ xsuaa, ias })
  })
})

describe('the configuration is completed', () => {
  const both = { xsuaa: true, ias: true }

  test.each<[string, Json, typeof both, Json]>([
    ['with nothing for XSUAA', { auth: 'principal' }, { xsuaa: true, ias: false }, {}],
    ['with identity beside XSUAA', { auth: 'principal' }, both, { identity: true }],
    ['with xsuaa beside the label', { auth: ofIdentity }, both, { xsuaa: true }],
    [
      'with nothing if a profile has it',
      { auth: 'principal', '[production]': { identity: { vcap: { name: 'x' } } } },
      both,
      {}
    ],
    [
      'with the label for Identity Authentication only',
      { auth: 'principal' },
      { xsuaa: false, ias: true },
      { auth: ofIdentity }
    ],
    [
      'with the label, unless another one is set',
      { auth: { kind: 'principal', users: {}, vcap: { name: 'x', label: null } } },
      { xsuaa: false, ias: true },
      { auth: { kind: 'principal', users: {}, vcap: { name: 'x', label: null } } }
    ]
  ])('%s', (_name, requires, issuers, added) => {
    const file = fileWith({ ...requires })
    requireIssuers([file], file.cds, issuers)
    const completed = { requires: { ...requires, ...added } }
    expect(file.cds).toEqual(completed)
    requireIssuers([file], file.cds, issuersOf([file]))
    if (requires['auth'] === 'principal') expect(file.cds).toEqual(completed)
  })

  test('and gets no section without need', () => {
    const file = fileWith({ '[hybrid]': { auth: 'principal' } })
    const place: Json = {}
    requireIssuers([file], place, { xsuaa: true, ias: false })
    expect(place).toEqual({})
  })
})
