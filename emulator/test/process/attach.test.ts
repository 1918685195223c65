import { fork } from 'node:child_process'
import { EventEmitter } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { attachLandscape } from '../../src/process/attach.js'
import type { StartAnswer } from '../../src/process/main.js'

jest.mock('node:child_process', () => ({
  ...jest.requireActual<object>('node:child_process'),
  fork: jest.fn()
}))

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'attach-'))
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
})
afterEach(() => {
  jest.useRealTimers()
  rmSync(root, { recursive: true })
})

/** The process of a landscape that has got its start message, and does nothing by itself. */
class StartingProcess extends EventEmitter {
  readonly #started = Promise.withResolvers<undefined>()
  readonly started = this.#started.promise
  isKilled = false

  send = () => this.#started.resolve(undefined)
  kill = () => (this.isKilled = true)
  unref = () => undefined

  answer(answer: StartAnswer): void {
    this.emit('message', answer)
  }
}

/** Starts a landscape in a process of which the test is the master. */
async function starting() {
  const child = new StartingProcess()
  jest.mocked(fork).mockReturnValue(child as unknown as ReturnType<typeof fork>)
  const attached = attachLandscape({ root, users: {} }, process.pid)
  attached.catch(() => undefined)
  await child.started
  return { child, attached }
}

test('a system that is not ready in its own time is named: the landscape has more time', async () => {
  const { child, attached } = await starting()
  jest.advanceTimersByTime(60_000)
  const message = 'backend of s4.internal:443: waited 60 s for the process to listen'
  child.answer({ type: 'failed', message })
  await expect(attached).rejects.toThrow(message)
  expect(child.isKilled).toBe(false)
})

test('a landscape that is not ready in time is ended', async () => {
  const { child, attached } = await starting()
  jest.advanceTimersByTime(75_000)
  await expect(attached).rejects.toThrow('the emulated landscape was not ready after 75 s')
  expect(child.isKilled).toBe(true)
})
