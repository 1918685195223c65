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
import type { EmulatorOptions } from '../types.js'
import type { Landscape } from './attached.js'
import { askLandscape, controlSocket, START_TIMEOUT } from './control.js'

/** A landscape that tools and applications of a folder find. */
export interface ServedLandscape {
  /** Description of the landscape, with the bindings as they are now. */
  readonly landscape: Landscape
  /** Calls a function when certificates in bindings were replaced. */
  readonly onRotation: (listener: () => void) => void
  /** Ends it; its socket is free afterwards. */
  readonly close: () => Promise<void>
}

/** Describes a landscape to those who find it, and takes what they ask for. */
export interface ServeOptions {
  /** Folder whose tools and applications find it. */
  readonly folder: string
  /** Changes with whatever the landscape was made of. */
  readonly fingerprint: string
  /** True if somebody has started it for itself: applications join it as it is, and never replace it. */
  readonly standalone?: boolean
  /** Called when an application wants the landscape to stay until its process has ended. */
  readonly onOwner?: (pid: number) => void
  /** Called when a tool wants it to end. */
  readonly onStop: () => void
}

/** Another landscape of this folder runs already, or starts. */
export class AlreadyRunningError extends Error {}

type Handler = (body: Record<string, unknown>) => unknown

/** Server of the application, as it has said itself. */
interface Application {
  url: string | undefined
}

/**
 * Starts a landscape with its recorder, and answers the tools of its folder. Whoever asks while it starts waits for it.
 *
 * @throws AlreadyRunningError, and what {@link startEmulator} throws
 */
export async function serveLandscape(
  options: EmulatorOptions,
  serve: ServeOptions
): Promise<ServedLandscape> {
  const handlers = Promise.withResolvers<Record<string, Handler>>()
  handlers.promise.catch(() => undefined)
  const control = createServer((req, res) => void answer(handlers.promise, req, res))
  await listen(control, serve.folder)
  try {
    const emulator = await startEmulator(options)
    const application: Application = { url: undefined }
    const recorder = new Recorder(sourcesOf(emulator), serve.standalone)
    const provider = String(emulator.vcapServices().xsuaa[0]?.credentials['tenantid'])
    const page = await startRecorderPage(recorder, () => ({ server: application.url, provider }))
    const landscape = () => ({ ...describeLandscape(emulator), recorder: page.url })
    const { fingerprint, standalone = false } = serve
    handlers.resolve({
      'GET /landscape': () => ({ fingerprint, standalone, landscape: landscape() }),
      ...routes(emulator, application, serve),
      ...recorderRoutes(recorder)
    })
    const close = async () => {
      await page.close()
      closeControl(control)
      await emulator.stop()
    }
    return {
      get landscape() {
        return landscape()
      },
      onRotation: (listener) => emulator.onCertificatesRotated(listener),
      close
    }
  } catch (error) {
    handlers.reject(error)
    closeControl(control)
    throw error
  }
}

function closeControl(control: Server): void {
  control.close()
  control.closeAllConnections()
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
  application: Application,
  { onOwner, onStop }: ServeOptions
): Record<string, Handler> {
  return {
    'POST /owners': ({ pid }) => onOwner?.(Number(pid)),
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
      setImmediate(onStop)
    }
  }
}

/** @param server - of the application: as it has said, or as somebody says who knows better */
function endpointOf(server: unknown, path: unknown): string {
  if (typeof server === 'string') return new URL(String(path), server).href
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    'no server of the application is known: start it with "cds watch", or name its address with --url'
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
async function listen(control: Server, folder: string): Promise<void> {
  const path = controlSocket(folder)
  try {
    await listenAt(control, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    if (await askLandscape(folder, 'GET', '/landscape', undefined, START_TIMEOUT)) {
      throw new AlreadyRunningError(`a landscape is running for ${folder} already`)
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
