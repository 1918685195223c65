import { rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'

import { type Emulator, type EmulatorOptions, startEmulator } from '../index.js'
import { askLandscape, controlSocket } from './control.js'
import { type Owners, watchOwners } from './owners.js'

/** First message to this process. */
export interface StartMessage {
  readonly type: 'start'
  readonly options: EmulatorOptions
  /** Changes with whatever the landscape was made of. */
  readonly fingerprint: string
  /** Process that the landscape must not outlive. */
  readonly owner: number
}

/** This process's answer. */
export type StartAnswer =
  { readonly type: 'ready' } | { readonly type: 'failed'; readonly message: string }

type Handler = (body: Record<string, unknown>) => unknown

/** The process in which a project's landscape runs; started by {@link attachLandscape}, ended with its last owner. */
async function run({ options, fingerprint, owner }: StartMessage): Promise<void> {
  const control = await listen(options.root)
  const emulator = await startEmulator(options)
  const owners = watchOwners(owner, () => void stop(control, emulator, owners))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void stop(control, emulator, owners))
  }
  const handlers = routes(emulator, owners, fingerprint, () => stop(control, emulator, owners))
  control.on('request', (req, res) => void answer(handlers, req, res))
}

function routes(
  emulator: Emulator,
  owners: Owners,
  fingerprint: string,
  end: () => Promise<void>
): Record<string, Handler> {
  return {
    'GET /landscape': () => ({
      fingerprint,
      landscape: { vcapServices: emulator.vcapServices(), ca: emulator.ca, users: emulator.users }
    }),
    'POST /owners': ({ pid }) => {
      owners.add(Number(pid))
    },
    'POST /token': async (request) => ({ token: await emulator.issueToken(request) }),
    'POST /stop': () => {
      setImmediate(() => void end())
    }
  }
}

async function answer(
  handlers: Record<string, Handler>,
  req: IncomingMessage,
  res: ServerResponse
) {
  const handler = handlers[`${req.method ?? ''} ${req.url ?? ''}`]
  try {
    const body = req.method === 'POST' ? await json(req) : {}
    const result = await handler?.(body as Record<string, unknown>)
    res.statusCode = handler ? 200 : 404
    res.end(JSON.stringify(result ?? {}))
  } catch (error) {
    res.statusCode = 400
    res.end(JSON.stringify({ message: (error as Error).message }))
  }
}

/** A socket file that nobody answers behind is left over from a process that was killed. */
async function listen(root: string): Promise<Server> {
  if (await askLandscape(root, 'GET', '/landscape')) {
    throw new Error('another landscape of this project was started at the same time')
  }
  const path = controlSocket(root)
  if (process.platform !== 'win32') rmSync(path, { force: true })
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(path, done)
  })
  return server
}

async function stop(control: Server, emulator: Emulator, owners: Owners): Promise<void> {
  owners.stop()
  control.close()
  control.closeAllConnections()
  await emulator.stop()
  process.exit(0)
}

process.once('message', (message: StartMessage) => {
  run(message).then(
    () => process.send?.({ type: 'ready' } satisfies StartAnswer),
    (error: unknown) => {
      const text = error instanceof Error ? error.message : String(error)
      process.send?.({ type: 'failed', message: text } satisfies StartAnswer, () => process.exit(1))
    }
  )
})
