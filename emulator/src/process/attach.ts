import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { assertLocal } from '../http/assert-local.js'
import { EmulatorError } from '../emulator-error.js'
import type { LocatedOptions } from '../types.js'
import type { Landscape } from './attached.js'
import { askLandscape, START_TIMEOUT } from './control.js'
import { fingerprintOf } from './fingerprint.js'
import type { StartAnswer, StartMessage } from './main.js'

/**
 * Attaches this process to the landscape of the project: to the one that runs, so that issued tokens and the systems'
 * data survive a restart of the server, or to a new one when there is none, or when users, destinations, systems,
 * `xs-security.json`, or files that systems and destinations name have changed.
 *
 * @param options - what the landscape shall serve
 * @param owner - process id that it must not outlive
 * @throws EmulatorError when it can't be started
 */
export async function attachLandscape(options: LocatedOptions, owner: number): Promise<Landscape> {
  assertLocal(process.env)
  const wanted = fingerprintOf(options)
  const running = await runningLandscape(options.root)
  if (running && (running.standalone || running.fingerprint === wanted)) {
    await askLandscape(options.root, 'POST', '/owners', { pid: owner })
    return running.landscape
  }
  if (running) await stopLandscape(options.root)
  const { type } = await start({ type: 'start', options, fingerprint: wanted, owner })
  if (type === 'running') return attachLandscape(options, owner) // somebody else was faster
  const started = await runningLandscape(options.root)
  if (started) return started.landscape
  throw new EmulatorError(
    'ERR_EMULATOR_START',
    'the emulated landscape ended right after its start'
  )
}

interface Running {
  fingerprint: string
  /** True if somebody has started it with the command: it stays as it is. */
  standalone?: boolean
  landscape: Landscape
}

async function runningLandscape(root: string) {
  const answer = await askLandscape(root, 'GET', '/landscape', undefined, START_TIMEOUT)
  return answer?.body as Running | undefined
}

/** Stops the landscape and waits until its socket is free for the next one. */
async function stopLandscape(root: string): Promise<void> {
  await askLandscape(root, 'POST', '/stop', {})
  while (await askLandscape(root, 'GET', '/landscape').catch(() => undefined)) await sleep(50)
}

async function start(message: StartMessage): Promise<StartAnswer> {
  const { root } = message.options
  const child = fork(join(__dirname, 'main.js'), [], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc']
  })
  child.send(message)
  const answer = await firstAnswer(child)
  child.removeAllListeners()
  if (child.connected) child.disconnect()
  child.unref()
  if (answer.type === 'failed') throw new EmulatorError('ERR_EMULATOR_START', answer.message)
  return answer
}

function firstAnswer(child: ChildProcess): Promise<StartAnswer> {
  return new Promise((done) => {
    const failed = (message: string) => {
      clearTimeout(timer)
      done({ type: 'failed', message })
    }
    const timer = setTimeout(() => {
      child.kill()
      failed(`the emulated landscape was not ready after ${String(START_TIMEOUT / 1000)} s`)
    }, START_TIMEOUT)
    child.once('message', (answer) => {
      clearTimeout(timer)
      done(answer as StartAnswer)
    })
    child.once('exit', () => {
      failed('the emulated landscape ended while it was starting')
    })
  })
}
