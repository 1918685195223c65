import cds from '@sap/cds'

import {
  bindDelegations,
  bindDelegationsOfEnvironment
} from '../../../src/development/delegations.js'
import { cdsRequires } from '../destination/support/cds-requires.js'

const TENANT = { audience: 'a', assertionRecipient: 'https://localhost/oauth/token' }
const ways = {
  ias: { issuer: 'https://delegation.localhost' },
  saml: { assertionIssuer: 'urn:x', origin: 'delegation', tenants: { t: TENANT } },
  userToken: { issuer: 'https://delegation.localhost' }
}
const keys = { recordKeys: [{ kid: 'r' }], assertionKeys: [{ kid: 'a' }] }
const binding = (tags: string[]) => ({ tags, credentials: { ...keys, ways } })
const services = (more: object = {}, tags = ['cds-principal-emulator']) =>
  ({
    xsuaa: [],
    destination: [],
    connectivity: [],
    'user-provided': [binding(tags)],
    ...more
  }) as never

const requires = () => cds.env.requires as unknown as Record<string, Record<string, unknown>>

test('`true` becomes keys and a way: SAML at XSUAA', () => {
  cdsRequires({ S4: { delegation: true }, OTHER: {}, auth: {}, kinds: { x: { delegation: true } } })
  bindDelegations(services())
  expect(requires()).toEqual({
    S4: { delegation: { credentials: 'delegation-keys', saml: ways.saml } },
    OTHER: {},
    auth: {},
    kinds: { x: { delegation: true } },
    'delegation-keys': { credentials: keys }
  })
})

test('Identity Authentication, if the landscape has it', () => {
  cdsRequires({ S4: { delegation: { validFor: '2h' } } })
  bindDelegations(services({ identity: [{}] }))
  expect(requires().S4?.delegation).toEqual({
    ...{ validFor: '2h', credentials: 'delegation-keys' },
    ias: ways.ias
  })
})

test('what is configured stays: the way, its options, the name and the keys of the binding', () => {
  const own = { credentials: { recordKeys: [], assertionKeys: [] } }
  const userToken = { issuer: 'https://own', claims: ['email'] }
  cdsRequires({
    ONE: { delegation: { credentials: 'own', userToken } },
    TWO: { delegation: true },
    own
  })
  bindDelegations(services())
  expect(requires()).toMatchObject({
    ONE: { delegation: { credentials: 'own', userToken } },
    TWO: { delegation: { credentials: 'own', saml: ways.saml } }
  })
  expect(requires().own).toEqual(own)
})

test('an entry that has only the options of a Credential Store is bound to that of the landscape', () => {
  const store = { url: 'https://localhost', encryption: {} }
  const entry = { credentialStore: { name: 'keys' } }
  cdsRequires({ S4: { delegation: { credentials: 'own' } }, own: entry })
  bindDelegations(services({ credstore: [{ credentials: store }] }))
  expect(requires().own).toEqual({ ...entry, credentials: store })
})

test.each([
  ['no landscape with keys', { xsuaa: [] }],
  ['a service without delegation', services()]
])('%s: nothing changes', (_, vcap) => {
  cdsRequires({ S4: { delegation: false } })
  bindDelegations(vcap as never)
  expect(requires()).toEqual({ S4: { delegation: false } })
})

describe('variables of a landscape', () => {
  test('are as good as a landscape that the process is attached to', () => {
    cdsRequires({ S4: { delegation: true } })
    bindDelegationsOfEnvironment(JSON.stringify(services()))
    expect(requires().S4?.delegation).toMatchObject({ saml: ways.saml })
  })

  test.each([
    ['none', undefined],
    ['real ones', JSON.stringify(services({}, []))],
    [
      'of an emulator without keys',
      JSON.stringify({ xsuaa: [{ tags: ['cds-principal-emulator'] }] })
    ]
  ])('%s: nothing changes', (_, vcap) => {
    cdsRequires({ S4: { delegation: true } })
    bindDelegationsOfEnvironment(vcap)
    expect(requires()).toEqual({ S4: { delegation: true } })
  })
})
