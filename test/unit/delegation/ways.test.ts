import { inspect } from 'node:util'

import type { Author } from '../../../src/delegation/author.js'
import { delegatedService } from '../../../src/delegation/options.js'
import {
  addTokenWay,
  authorPrincipal,
  type TokenWay,
  wayFor
} from '../../../src/delegation/ways.js'

const service = delegatedService('S4', { onBehalfOf: 'namedUser', delegation: true })!
const author: Author = {
  userId: 'alice',
  tenant: 't1',
  issuer: 'xsuaa',
  origin: 'sap.default',
  subject: undefined,
  claims: {}
}
const request = { author, service, until: 0, minTokenLifetime: 5 }

const way = (name: string, changes: Partial<TokenWay> = {}): TokenWay => ({
  name,
  isConfigured: () => true,
  tokenFor: () => Promise.resolve({ ...author, expiresAt: 1, bearerToken: 'bearer' }),
  ...changes
})

test('without a way the start fails, and says so', () => {
  expect(() => wayFor(service)).toThrow(/cds\.requires\.S4\.delegation is set, and there is no way/)
})

test('the first way that is configured is used; those that are added later come first', () => {
  addTokenWay(way('never', { isConfigured: () => false }), way('one'), way('two'))
  expect(wayFor(service).name).toBe('one')
  addTokenWay(way('own'))
  expect(wayFor(service).name).toBe('own')
})

test('the author becomes a principal, and the token is not shown', async () => {
  const principal = await authorPrincipal(request)
  expect(principal).toMatchObject({ kind: 'named', userId: 'alice', via: 'delegation' })
  expect(principal.bearerToken).toBe('bearer')
  expect(inspect(principal) + JSON.stringify(principal)).not.toContain('bearer')
})

test('the client is that of the request, and so is its issuer', async () => {
  const token = { ...author, issuer: 'delegation', expiresAt: 1, bearerToken: 'bearer' }
  addTokenWay(way('signed', { tokenFor: () => Promise.resolve(token) }))
  const through = { issuer: 'partner', client: 'sb-own!t1' }
  const principal = await authorPrincipal({ ...request, author: { ...author, ...through } })
  expect(principal).toMatchObject({ issuer: 'delegation', clientIssuer: 'partner' })
  expect(principal.client).toBe('sb-own!t1')
})

test.each([{ tenant: 't2' }, { tenant: undefined }, { bearerToken: '' }])(
  'a token with %j is thrown away',
  async (changes) => {
    const token = { ...author, expiresAt: 1, bearerToken: 'bearer', ...changes }
    addTokenWay(way('wrong', { tokenFor: () => Promise.resolve(token) }))
    await expect(authorPrincipal(request)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_TOKEN',
      unrecoverable: false
    })
  }
)
