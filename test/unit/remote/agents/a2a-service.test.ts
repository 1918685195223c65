import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

import type Express from 'express'

import { requireNative } from '../../../../emulator/src/lib/native.js'
import { PrincipalA2aService } from '../../../../src/remote/agents/a2a-service.js'

const express = requireNative('express') as typeof Express
const { Role } = requireNative('@a2a-js/sdk') as typeof import('@a2a-js/sdk')
const sdk = requireNative('@a2a-js/sdk/server') as typeof import('@a2a-js/sdk/server')
const { jsonRpcHandler, UserBuilder } = requireNative(
  '@a2a-js/sdk/server/express'
) as typeof import('@a2a-js/sdk/server/express')

// jest can not load the SDK's client as a server does: it needs a package with ES modules only
jest.mock<object>('../../../../src/remote/agents/sdk.js', () => ({
  a2aSdk: () => ({ ...requireNative('@a2a-js/sdk/client'), forms: requireNative('@a2a-js/sdk') })
}))

type Executor = import('@a2a-js/sdk/server').AgentExecutor

/** Answers each message with its own text. */
const executor: Executor = {
  execute: ({ contextId, userMessage: { parts } }, bus) => {
    const message = { messageId: '1', role: Role.ROLE_AGENT, parts, contextId, taskId: '' }
    bus.publish(
      sdk.AgentEvent.message({ ...message, extensions: [], referenceTaskIds: [] } as never)
    )
    bus.finished()
    return Promise.resolve()
  },
  cancelTask: () => Promise.resolve()
}

const app = express()
const server = createServer(app as RequestListener)
/** Host that the card names. */
let host = ''
const card = () => ({
  ...{ name: 'hotel', description: 'Answers', version: '1.0.0' },
  supportedInterfaces: [
    { url: `${host}/agent`, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }
  ],
  ...{ capabilities: {}, securitySchemes: {}, securityRequirements: [], signatures: [] },
  ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [] }
})

let hotel: PrincipalA2aService
let url = ''
const started = async () => {
  const Service = PrincipalA2aService as unknown as new (
    ...parameters: unknown[]
  ) => PrincipalA2aService
  const options = { kind: 'a2a', onBehalfOf: 'systemUser', credentials: { url, path: 'agent' } }
  const service = new Service('hotel', undefined, options)
  await service.init()
  return service
}
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  url = host = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  app.get('/agent/.well-known/agent-card.json', (_, res) => void res.json(card()))
  const store = new sdk.InMemoryTaskStore()
  const requestHandler = new sdk.DefaultRequestHandler(card() as never, store, executor)
  app.use(
    '/agent',
    jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }) as never
  )
  hotel = await started()
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((done) => server.close(done))
})

test('the card is read, and a text is answered', async () => {
  expect(await hotel.card()).toMatchObject({ name: 'hotel' })
  expect(await hotel.ask('a room')).toMatchObject({ message: { parts: [{ text: 'a room' }] } })
})

test('a task that the agent does not have, and a method that the protocol does not have', async () => {
  await expect(hotel.send('GetTask', { id: '0' })).rejects.toMatchObject({
    code: 'ERR_REMOTE_ANSWER'
  })
  await expect(hotel.send('SendNothing')).rejects.toThrow('SendMessage')
})

test('a card that names another host: no message is sent there', async () => {
  host = url.replace('127.0.0.1', 'localhost')
  const other = await started()
  await expect(other.ask('a room')).rejects.toMatchObject({ code: 'ERR_REMOTE_HOST' })
})
