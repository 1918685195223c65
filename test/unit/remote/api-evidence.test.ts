import cds from '@sap/cds'

import { type CallOptions, destinationFor, executeHttpRequest } from '../../../src/remote/api.js'
import { onPrincipalCall } from '../../../src/remote/evidence/call.js'
import type { PrincipalCall } from '../../../src/remote/evidence/principal-call.js'
import { muteConsole } from '../../support/console.js'
import { type Backend, plain, withBackend } from './support/backend.js'
import { as } from './support/echo-agent.js'
import { readableToken, tokenUser } from './support/token-user.js'

muteConsole('error', 'warn')
Reflect.deleteProperty(cds.env.requires, 'audit-log')

let backend: Backend
withBackend((started) => {
  backend = started
  process.env['destinations'] = JSON.stringify([
    { name: 'FORWARD', url: backend.url, forwardAuthToken: true },
    { name: 'PLAIN', url: backend.url, authentication: 'NoAuthentication' }
  ])
})

const calls: PrincipalCall[] = []
let unsubscribe: () => void
beforeEach(() => {
  calls.length = 0
  unsubscribe = onPrincipalCall((call) => calls.push(call))
})
afterEach(() => {
  unsubscribe()
  delete process.env['destinations']
})

const alice = () => tokenUser('alice', 't1', 3600, readableToken('alice', Date.now() / 1000 + 3600))

const OPTIONS: CallOptions = { onBehalfOf: 'namedUser' }
const SUBJECT = { service: undefined, destination: 'FORWARD', onBehalfOf: 'namedUser' }
const GET = { method: 'get', url: '/x' } as const
const request = () => executeHttpRequest({ destinationName: 'FORWARD', ...OPTIONS }, GET)
const destination = () => destinationFor('FORWARD', OPTIONS)

test('a request that succeeds is told as whom it went out', async () => {
  await as(alice(), request)
  expect(calls).toMatchObject([
    { ...SUBJECT, outcome: 'ok', principal: 'named', user: 'alice', tenant: 't1' }
  ])
})

test('a request that goes out as a technical user is told as such, also if a user is current', async () => {
  await as(alice(), () => executeHttpRequest('PLAIN', GET))
  expect(calls).toMatchObject([
    { ...SUBJECT, destination: 'PLAIN', onBehalfOf: undefined, principal: 'technical' }
  ])
  expect(calls).toMatchObject([{ authentication: 'NoAuthentication', user: 'alice' }])
})

test('a request that fails is told with its code', async () => {
  backend.answer = (_, res) => {
    plain(res, 409, 'taken')
  }
  await expect(as(alice(), request)).rejects.toMatchObject({ status: 409 })
  expect(calls).toMatchObject([{ ...SUBJECT, outcome: 'failed', code: 'HTTP_409' }])
})

test('a destination is told as one that was resolved', async () => {
  await as(alice(), destination)
  expect(calls).toMatchObject([{ ...SUBJECT, outcome: 'resolved', principal: 'named' }])
})

test.each([
  ['a request', request],
  ['a destination', destination]
])('%s that is refused is told with its code', async (_, work: () => Promise<unknown>) => {
  await expect(as(new cds.User.Privileged(), work)).rejects.toMatchObject({
    code: 'ERR_USER_TOKEN_REQUIRED'
  })
  expect(calls).toMatchObject([
    { ...SUBJECT, outcome: 'refused', code: 'ERR_USER_TOKEN_REQUIRED', principal: 'technical' }
  ])
  expect(backend.received).toEqual([])
})

test.each([
  [{ onBehalfOf: 'nobody' }, 'options.onBehalfOf is "nobody"'],
  [{ unknown: true }, 'options.unknown is not known']
])('%j is refused by its name', async (options, message) => {
  const work = () => destinationFor('FORWARD', options as unknown as CallOptions)
  await expect(as(alice(), work)).rejects.toThrow(message)
  expect(calls).toMatchObject([{ outcome: 'refused', code: 'ERR_CONFIGURATION' }])
})
