import { rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:http'
import { json } from 'node:stream/consumers'

import { type Emulator, EmulatorError, startEmulator } from '../index.js'
import { describeLandscape } from '../project/binding.js'
import { startRecorderPage } from '../recorder/page/page-server.js'
import { Recorder } from '../recorder/recorder.js'
import { sourcesOf } from '../recorder/sources.js'
import type { TraceEvent } from '../recorder/types.js'
import type { LocatedOptions } from '../types.js'
import { askLandscape, controlSocket } from './control.js'
import { type Owners, watchOwners } from './owners.js'

/** First message to this process. */
export interface StartMessage {
  readonly type: 'start'
  readonly options: LocatedOptions
  /** Changes with whatever the landscape was made of. */
  readonly fingerprint: string
  /** Process that the landscape must not outlive. */
  readonly owner: number
}

/** This process's answer. */
export type StartAnswer =
  | { readonly type: 'ready' }
  /** Another landscape runs already. */
  | { readonly type: 'running' }
  | { readonly type: 'failed'; readonly message: string }

type Handler = (body: Record<string, unknown>) => unknown

/** Another process was faster: the caller attaches to its landscape. */
class AlreadyRunningError extends Error {}

/** The process in which a project's landscape runs; started by {@link attachLandscape}, ended with its last owner. */
async function run({ options, fingerprint, owner }: StartMessage): Promise<void> {
  const handlers = Promise.withResolvers<Record<string, Handler>>()
  handlers.promise.catch(() => undefined)
  const control = createServer((req, res) => void answer(handlers.promise, req, res))
  await listen(control, options.root)
  const emulator = await startEmulator(options)
  const application: Application = { url: undefined }
  const recorder = new Recorder(sourcesOf(emulator))
  const page = await startRecorderPage(recorder, () => application.url)
  const end = async () => {
    await page.close()
    await stop(control, emulator, owners)
  }
  const owners = watchOwners(owner, () => void end())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => void end())
  handlers.resolve({
    'GET /landscape': () => ({
      fingerprint,
      landscape: { ...describeLandscape(emulator), recorder: page.url }
    }),
    ...routes(emulator, owners, application, end),
    ...recorderRoutes(recorder)
  })
}

/** Server of the application, as it has said itself. */
interface Application {
  url: string | undefined
}

/** Routes by which application processes tell what they do, and by which a terminal reads it. */
function recorderRoutes(recorder: Recorder): Record<string, Handler> {
  return {
    'POST /trace-events': ({ events }) => {
      void recorder.add(events as TraceEvent[])
    },
    'POST /traces': async ({ after, timeout }) => ({
      traces: await recorder.next(Number(after ?? 0), Number(timeout ?? 0))
    })
  }
}

function routes(
  emulator: Emulator,
  owners: Owners,
  application: Application,
  end: () => Promise<void>
): Record<string, Handler> {
  return {
    'POST /owners': ({ pid }) => {
      owners.add(Number(pid))
    },
    'POST /token': async (request) => ({ token: await emulator.issueToken(request) }),
    'POST /server': ({ url }) => {
      application.url = String(url)
    },
    'POST /job': ({ path, url = application.url, ...request }) =>
      emulator.jobScheduler.start({ ...request, url: endpointOf(url, path) }),
    'POST /job-status': async ({ runId, timeout }) => ({
      status: await emulator.jobScheduler.status(String(runId), Number(timeout))
    }),
    'POST /stop': () => {
      setImmediate(() => void end())
    }
  }
}

/** @param server - of the application: as it has said, or as somebody says who knows better */
function endpointOf(server: unknown, path: unknown): string {
  if (typeof server === 'string') return new URL(String(path), server).href
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    'no server of the application is running: start it, or say where it is'
  )
}

/** Answers a request; one that comes while the landscape starts waits for it. */
async function answer(
  handlers: Promise<Record<string, Handler>>,
  req: IncomingMessage,
  res: ServerResponse
) {
  try {
    const handler = (await handlers)[`${req.method ?? ''} ${req.url ?? ''}`]
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
async function listen(control: Server, root: string): Promise<void> {
  const path = controlSocket(root)
  try {
    await listenAt(control, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (await askLandscape(root, 'GET', '/landscape')) {
      throw new AlreadyRunningError(
        'another landscape of this project was started at the same time'
      )
    }
    rmSync(path, { force: true })
    await listenAt(control, path)
  }
}

function listenAt(control: Server, path: string): Promise<void> {
  return new Promise((done, fail) => {
    control.once('error', fail).listen(path, () => {
      control.off('error', fail)
      done()
    })
  })
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
    (error: unknown) => process.send?.(failure(error), () => process.exit(1))
  )
})

function failure(error: unknown): StartAnswer {
  if (error instanceof AlreadyRunningError) return { type: 'running' }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
