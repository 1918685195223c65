import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { LandscapeCertificates } from './certificates/landscape-certificates.js'
import { EmulatorError } from './emulator-error.js'
import type { AuditEntry, OnPremiseSystem } from './types.js'

/** A backend in a process of its own. */
export interface BackendProcess {
  /** @throws EmulatorError `ERR_EMULATOR_BACKEND` once the process has ended */
  url: () => URL
  audit: () => Promise<AuditEntry[]>
  stop: () => Promise<void>
}

const START_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 10_000
const STOP_TIMEOUT_MS = 3_000

/** What the child may say. */
type Message =
  | { type: 'listening'; url: string }
  | { type: 'failed'; message: string }
  | { type: 'audit'; id: number; entries: AuditEntry[] }

/**
 * Starts a Node module as a backend, hands it its TLS identity, and waits until it listens.
 *
 * @throws EmulatorError `ERR_EMULATOR_BACKEND`
 */
export async function startBackend(
  root: string,
  virtualHost: string,
  system: OnPremiseSystem,
  certificates: LandscapeCertificates
): Promise<BackendProcess> {
  const file = resolve(root, system.backend)
  if (!existsSync(file)) fail(virtualHost, `module ${system.backend} does not exist`)
  const child = fork(file, [], {
    cwd: root,
    env: childEnvironment(system),
    execArgv: /\.[cm]?ts$/.test(file) ? ['--import', resolveTsx(root, virtualHost)] : [],
    // the child's output is not the emulator's; what goes wrong must be seen
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  const stop = () => end(child)
  try {
    const {
      server: { key, cert },
      cloudConnector
    } = certificates
    const tls = { key, cert, ca: cloudConnector.cert }
    child.send({ type: 'start', tls, host: '127.0.0.1' }, ignore)
    const url = await waitUntilListening(child, virtualHost)
    return {
      url: () => (isRunning(child) ? url : fail(virtualHost, 'the process has ended')),
      audit: createAudit(child, virtualHost),
      stop
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Bindings are for the application; a debugger port can be open only once. */
function childEnvironment(system: OnPremiseSystem): NodeJS.ProcessEnv {
  const {
    VCAP_SERVICES: _v,
    VCAP_SERVICES_FILE_PATH: _f,
    SERVICE_BINDING_ROOT: _r,
    ...env
  } = process.env
  return { ...env, ...system.env }
}

function resolveTsx(root: string, virtualHost: string): string {
  for (const from of [join(resolve(root), 'package.json'), __filename]) {
    try {
      return pathToFileURL(createRequire(from).resolve('tsx')).href
    } catch {
      // try the next one
    }
  }
  return fail(virtualHost, 'a TypeScript backend needs the package "tsx": npm add -D tsx')
}

async function waitUntilListening(child: ChildProcess, virtualHost: string): Promise<URL> {
  const message = await receive(child, virtualHost, START_TIMEOUT_MS, 'to listen', (message) =>
    message.type === 'audit' ? undefined : message
  )
  if (message.type === 'failed') fail(virtualHost, message.message)
  if (!URL.canParse(message.url) || !message.url.startsWith('https:')) {
    fail(virtualHost, 'the process must listen on an https URL')
  }
  return new URL(message.url)
}

function createAudit(child: ChildProcess, virtualHost: string) {
  let count = 0
  return async (): Promise<AuditEntry[]> => {
    if (!isRunning(child)) fail(virtualHost, 'the process has ended')
    const id = ++count
    child.send({ type: 'audit', id }, ignore)
    return receive(child, virtualHost, ANSWER_TIMEOUT_MS, 'to answer', (message) =>
      message.type === 'audit' && message.id === id ? message.entries : undefined
    )
  }
}

/** The first message that the selector takes; rejects on time-out, and if the child ends before. */
async function receive<T>(
  child: ChildProcess,
  virtualHost: string,
  timeoutMs: number,
  purpose: string,
  select: (message: Message) => T | undefined
): Promise<T> {
  let resolve: (value: T) => void = ignore
  let reject: (reason: Error) => void = ignore
  const promise = new Promise<T>((...callbacks) => ([resolve, reject] = callbacks))
  const onMessage = (message: Message) => {
    const selected = select(message)
    if (selected !== undefined) resolve(selected)
  }
  const onExit = (code: number | null, signal: string | null) =>
    reject(failure(virtualHost, `the process ended (${signal ?? `exit code ${code}`})`))
  const onError = (cause: Error) => reject(failure(virtualHost, 'the process failed', cause))
  const timer = setTimeout(
    () => reject(failure(virtualHost, `waited ${timeoutMs / 1000} s for the process ${purpose}`)),
    timeoutMs
  )
  child.on('message', onMessage).once('exit', onExit).once('error', onError)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    child.off('message', onMessage).off('exit', onExit).off('error', onError)
  }
}

/** The child ends itself when the channel closes; one that does not is ended. */
async function end(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return
  const exited = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  if (child.connected) child.disconnect()
  else child.kill('SIGKILL')
  await exited.catch(() => undefined)
  clearTimeout(timer)
}

const isRunning = (child: ChildProcess) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null

/** An error while sending means that the child has ended: `exit` reports it. */
const ignore = () => undefined

const failure = (virtualHost: string, problem: string, cause?: Error) =>
  new EmulatorError('ERR_EMULATOR_BACKEND', `backend of ${virtualHost}: ${problem}`, { cause })

function fail(virtualHost: string, problem: string): never {
  throw failure(virtualHost, problem)
}
