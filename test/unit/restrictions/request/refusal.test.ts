import cds from '@sap/cds'

import type { Model, RestrictedDefinition } from '../../../../src/restrictions/model/definition.js'
import { nameOfRequest, refusalOf } from '../../../../src/restrictions/request/refusal.js'
import { textFor } from '../../../../src/restrictions/request/texts.js'
import { TokenUser } from '../../../../src/user/token-user.js'
import { filesIn, read } from '../../project/repository.js'

const { definitions } = cds.compile.for.nodejs(
  cds.compile(`service S {
  @restrict: [
    { grant: 'UPDATE', to: 'Writer', where: (plant = $user.plant and level = 'top secret') },
    { grant: 'UPDATE', to: 'Writer', where: (owner = $user or exists parts[country = $user.address.country]) },
    { grant: 'DELETE', to: 'Cleaner' }, { grant: 'seal', to: 'Sealer', where: (plant = $user.seal) }
  ]
  entity Things { key ID : Integer; plant : String; level : String; owner : String;
    parts : Composition of many Parts on parts.up = $self } actions { action seal(); };
  entity Parts { key ID : Integer; up : Association to Things; country : String };
  entity Open { key ID : Integer };
}`) as never
) as unknown as Model
const entity = (name: string) => definitions[`S.${name}`] as RestrictedDefinition

beforeAll(() => {
  cds.root = __dirname // without an xs-security.json, so any name can come
})

const CHANGED = 'You may not change this record.'

function refusal(name: string, event: string, role: string, attr: object = {}, text = CHANGED) {
  const user = { is: (each: string) => each === role }
  const facts = { id: 'alice', tenant: 't1', attr }
  return refusalOf('ERR_WRITE_RESTRICTED', text, { entity: entity(name), event }, { user, facts })
}

describe('a refusal', () => {
  test('names event, entity, all conditions, and what the user lacks', () => {
    const { explanation } = refusal('Things', 'UPDATE', 'Writer', { plant: ['1010'] })
    expect(explanation.cause).toBe(
      'PATCH of Things: the condition is not true for this record: "plant = $user.plant and level = \'top secret\'" or ' +
        '"owner = $user.id or exists parts[country = $user.address.country]"; the user has no attribute "address.country"'
    )
    expect(explanation.fix).toMatch(/^Give the user a value of "address.country"/)
  })

  test('tells a user of another issuer what its tokens lack, and what of its claims', () => {
    const { requires } = cds.env as unknown as { requires: { auth?: object | undefined } }
    const { auth } = requires
    requires.auth = { issuers: { partner: { attributeMapping: { plant: 'plants' } } } }
    const identity = {
      ...{ kind: 'named' as const, userId: 'erika', tenant: 't1', issuer: 'partner', expiresAt: 1 },
      ...{ roles: { Writer: 1 as const, Sealer: 1 as const }, attributes: {} }
    }
    const user = new TokenUser({
      ...{ identity, bearerToken: 'x' },
      issuer: { securityContext: () => ({}) }
    })
    const facts = { id: 'erika', tenant: 't1', attr: {} }
    const fixOf = (event: string) =>
      refusalOf(
        'ERR_WRITE_RESTRICTED',
        CHANGED,
        { entity: entity('Things'), event },
        { user, facts }
      ).explanation.fix
    const mapping = 'cds.requires.auth.issuers.partner.attributeMapping'
    expect(fixOf('UPDATE')).toMatch(
      `Give the user a value of "plant" by the claim that ${mapping} names, and log on again.`
    )
    expect(fixOf('seal')).toBe(
      `No token can have the attribute "seal": ${mapping} has no such attribute. Correct the name in the model, or add it there.`
    )
    requires.auth = auth
  })

  test('has neither values nor the name of the user', () => {
    const attr = { plant: ['1010'], address: { country: 'DE' } }
    const { message } = refusal('Things', 'UPDATE', 'Writer', attr)
    expect(message).not.toMatch(/1010|alice|DE|no attribute/)
    expect(message).toMatch(/Let somebody change it who has its values/)
  })

  test('names the roles with a grant, where the user has none of them', () => {
    const { message } = refusal('Things', 'DELETE', 'Writer', {}, 'No role permits this.')
    expect(message).toMatch(
      /DELETE of Things: no role of the user .* \(roles with one: "Cleaner"\)/
    )
  })

  test('says so where nobody has a grant', () => {
    expect(refusal('Things', 'READ', 'Writer').message).toContain('(nobody has one)')
  })

  test('of an action has the conditions of the action', () => {
    const { cause } = refusal('Things', 'seal', 'Sealer').explanation
    expect(cause).toMatch(/^"seal" of Things: .*: "plant = \$user.seal"; the user has no .*"seal"$/)
  })

  test('of what is not restricted, or of no entity, has no condition', () => {
    expect(refusal('Open', 'UPDATE', '').explanation.cause).toBe(
      'PATCH of Open: the condition is not true for this record'
    )
    const user = { is: () => true }
    const facts = { id: undefined, tenant: undefined, attr: {} }
    const error = refusalOf(
      'ERR_RESTRICTION_UNCHECKED',
      'x can not be followed.',
      {},
      { user, facts }
    )
    expect(error.explanation.cause).toContain('x can not be followed')
  })

  test('shows long conditions up to 200 characters', () => {
    const where = `plant = '${'x'.repeat(300)}' and plant = $user.plant`
    const long = {
      name: 'S.Long',
      kind: 'entity',
      '@restrict': [{ where }]
    } as RestrictedDefinition
    const user = { is: () => true }
    const facts = { id: undefined, tenant: undefined, attr: {} }
    const concern = { entity: long, event: 'UPDATE' }
    const { cause } = refusalOf('ERR_WRITE_RESTRICTED', CHANGED, concern, {
      user,
      facts
    }).explanation
    expect(/"(.*)…"/.exec(cause)?.[1]).toHaveLength(200)
  })
})

test('every constant message for clients has a text for the developer', () => {
  const sources = filesIn('src/restrictions', /\.ts$/).map(read).join('\n')
  const calls = sources.matchAll(/(?:refuse\(\s*[\w.]+,\s*[\w']+,\s*|HIDDEN = )'([^']+\.)'/g)
  const messages = [...calls].map(([, message = '']) => message)
  expect(messages.length).toBeGreaterThan(15)
  for (const message of messages) expect(textFor(message).cause).not.toBe(message.slice(0, -1))
})

test.each([
  ['READ', 'GET of Things'],
  ['UPSERT', 'PUT of Things'],
  ['NEW', 'NEW of Things'],
  ['seal', '"seal" of Things']
])('%s is %s', (event, text) => {
  expect(nameOfRequest(event, entity('Things'))).toBe(text)
})
