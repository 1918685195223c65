import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { EmulatorError } from '../emulator-error.js'
import type { AuditEntry, ChangeEntry } from '../types.js'
import type { MessageFromBackend, MessageToBackend } from './messages.js'

/** A backend in a process of its own. */
export interface BackendProcess {
  /**
   * Returns the target of requests to a path.
   *
   * @throws EmulatorError `ERR_EMULATOR_BACKEND` once the process has ended
   */
  locate: (path: string) => BackendTarget
  /** The requests and changes that it has recorded. */
  record: () => Promise<BackendNotes>
  /** Tells it by how many milliseconds the landscape's clock differs from the machine's. */
  setClock: (offset: number) => void
  stop: () => Promise<void>
}

/** Origin and path of a backend. */
export interface BackendTarget {
  origin: string
  /** Path without query, where it differs from the requested one. */
  path?: string
}

/** The requests and changes that a backend has recorded. */
export interface BackendNotes {
  entries: AuditEntry[]
  changes: ChangeEntry[]
}

/** Milliseconds that a system may take to start. */
export const SYSTEM_START_TIMEOUT = 60_000

const ANSWER_TIMEOUT_MS = 10_000
const STOP_TIMEOUT_MS = 3_000

/** A child process with the name under which its problems are reported. */
export class BackendChild {
  readonly #process: ChildProcess
  readonly #name: string
  #count = 0

  constructor(process: ChildProcess, name: string) {
    this.#process = process
    this.#name = name
  }

  get isRunning(): boolean {
    const { pid, exitCode, signalCode } = this.#process
    return pid !== undefined && exitCode === null && signalCode === null
  }

  /** @throws EmulatorError `ERR_EMULATOR_BACKEND` */
  fail(problem: string): never {
    throw this.#failure(problem)
  }

  /** An error while sending means that the child has ended: `exit` reports it. */
  send(message: MessageToBackend): void {
    if (this.isRunning && this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** The first message that the selector takes; rejects on time-out, and if the child ends before. */
  async receive<T>(
    timeoutMs: number,
    purpose: string,
    select: (message: MessageFromBackend) => T | undefined
  ): Promise<T> {
    const child = this.#process
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const onMessage = (message: MessageFromBackend) => {
      const selected = select(message)
      if (selected !== undefined) resolve(selected)
    }
    const onExit = (code: number | null, signal: string | null) =>
      reject(this.#failure(`the process ended (${signal ?? `exit code ${code}`})`))
    const onError = (cause: Error) => reject(this.#failure('the process failed', cause))
    const timer = setTimeout(
      () => reject(this.#failure(`waited ${timeoutMs / 1000} s for the process ${purpose}`)),
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

  /** Asks for what it has noted; a backend that does not tell changes has its writing requests instead. */
  async record(): Promise<BackendNotes> {
    if (!this.isRunning) this.fail('the process has ended')
    const id = ++this.#count
    this.send({ type: 'audit', id })
    const { entries, changes } = await this.receive(ANSWER_TIMEOUT_MS, 'to answer', (message) =>
      message.type === 'audit' && message.id === id ? message : undefined
    )
    return { entries, changes: changes ?? entries.flatMap(asChange) }
  }

  /** The child ends itself when the channel closes; one that does not is ended. */
  async stop(): Promise<void> {
    if (!this.isRunning) return
    const child = this.#process
    const exited = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    if (child.connected) child.disconnect()
    else child.kill('SIGKILL')
    await exited.catch(() => undefined)
    clearTimeout(timer)
  }

  #failure(problem: string, cause?: Error): EmulatorError {
    const text = `backend of ${this.#name}: ${problem}`
    return new EmulatorError('ERR_EMULATOR_BACKEND', text, { cause })
  }
}

const EVENTS: Readonly<Record<string, ChangeEntry['event']>> = {
  POST: 'CREATE',
  PUT: 'UPDATE',
  PATCH: 'UPDATE',
  MERGE: 'UPDATE',
  DELETE: 'DELETE'
}

function asChange({ at, user, method, path, status }: AuditEntry): ChangeEntry[] {
  const event = EVENTS[method]
  if (!event || status >= 300 || path.includes('/$batch')) return []
  const [resource = ''] = path.split('?')
  return [{ at, user, event, entity: resource, key: {} }]
}

/** Bindings are for the application; a debugger port can be open only once. */
export function childEnvironment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const {
    VCAP_SERVICES: _v,
    VCAP_SERVICES_FILE_PATH: _f,
    SERVICE_BINDING_ROOT: _r,
    ...env
  } = process.env
  return { ...env, ...more }
}

/** Options of Node with which it reads TypeScript: the project's `tsx`, or the emulator's. */
export function withTypeScript(root: string, fail: (problem: string) => never): string[] {
  for (const from of [join(resolve(root), 'package.json'), __filename]) {
    try {
      return ['--import', pathToFileURL(createRequire(from).resolve('tsx')).href]
    } catch {
      // try the next one
    }
  }
  return fail('a TypeScript backend needs the package "tsx": npm add -D tsx')
}
