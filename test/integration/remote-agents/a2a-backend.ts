import type { RequestListener } from 'node:http'

import type Express from 'express'

import { requireNative } from '../../../emulator/src/lib/native.js'
import { InternetBackend } from '../../support/internet-backend.js'

const express = requireNative('express') as typeof Express
const { Role } = requireNative('@a2a-js/sdk') as typeof import('@a2a-js/sdk')
const server = requireNative('@a2a-js/sdk/server') as typeof import('@a2a-js/sdk/server')
const { jsonRpcHandler, UserBuilder } = requireNative(
  '@a2a-js/sdk/server/express'
) as typeof import('@a2a-js/sdk/server/express')

/** One request, as the agent has understood it. */
export interface A2aMessage {
  readonly path: string
  readonly user: string
  /** Client that the token was issued to. */
  readonly client: unknown
  readonly token: string
}

/** An agent with A2A, which takes tokens of the emulated XSUAA only, and tells who has asked. */
export class A2aBackend extends InternetBackend {
  readonly messages: A2aMessage[] = []
  /** Host of the messages in the card, if it is another one than that of the card. */
  otherHost: string | undefined

  static async start(): Promise<A2aBackend> {
    const backend = new A2aBackend()
    await backend.listen(backend.#app() as RequestListener)
    return backend
  }

  #app() {
    const app = express()
    app.use(async (req, res, next) => {
      const [, token = ''] = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '') ?? []
      const claims = await this.verified(token).catch(() => undefined)
      if (!claims) {
        res.sendStatus(401)
        return
      }
      const user = String(claims['user_name'] ?? claims['azp'])
      this.messages.push({ path: req.path, user, client: claims['azp'], token })
      res.locals['user'] = user
      next()
    })
    app.get('/agent/.well-known/agent-card.json', (_, res) => void res.json(this.#card()))
    app.use('/agent', (req, res, next) => {
      // the handler is made for each request: what it answers is of its user
      const user = String(res.locals['user'])
      const requestHandler = new server.DefaultRequestHandler(
        this.#card() as never,
        new server.InMemoryTaskStore(),
        { execute: (context, bus) => answer(user, context, bus), cancelTask: async () => undefined }
      )
      const handle = jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication })
      void handle(req, res, next)
    })
    return app
  }

  #card() {
    const url = `${this.otherHost ?? this.url}/agent`
    return {
      ...{ name: 'hotel', description: 'Tells who asks', version: '1.0.0' },
      supportedInterfaces: [
        { url, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }
      ],
      ...{ capabilities: {}, securitySchemes: {}, securityRequirements: [], signatures: [] },
      ...{ defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'], skills: [] }
    }
  }
}

type Executor = import('@a2a-js/sdk/server').AgentExecutor

async function answer(user: string, ...[context, bus]: Parameters<Executor['execute']>) {
  const parts = [{ content: { $case: 'text' as const, value: user } }]
  const { contextId } = context
  const message = { messageId: '1', role: Role.ROLE_AGENT, parts, contextId, taskId: '' }
  bus.publish(
    server.AgentEvent.message({ ...message, extensions: [], referenceTaskIds: [] } as never)
  )
  bus.finished()
  await Promise.resolve()
}
