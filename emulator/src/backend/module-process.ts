import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { OnPremiseSystem } from '../types.js'
import {
  BackendChild,
  childEnvironment,
  SYSTEM_START_TIMEOUT,
  withTypeScript,
  type BackendProcess
} from './child.js'

/** A system that is a module. */
export type ModuleSystem = OnPremiseSystem & { backend: string }

/**
 * Starts a Node module as a backend, hands it its TLS identity, and waits until it listens.
 *
 * @throws EmulatorError `ERR_EMULATOR_BACKEND`
 */
export async function startModule(
  root: string,
  virtualHost: string,
  system: ModuleSystem,
  certificates: LandscapeCertificates
): Promise<BackendProcess> {
  return serveModule(launch(root, virtualHost, system), certificates)
}

/**
 * Hands a process its TLS identity, and waits until it listens.
 *
 * @param more - further properties of the message
 * @throws EmulatorError `ERR_EMULATOR_BACKEND`
 */
export async function serveModule(
  child: BackendChild,
  certificates: LandscapeCertificates,
  more: object = {}
): Promise<BackendProcess> {
  try {
    const { server, cloudConnector } = certificates
    const tls = { key: server.key, cert: server.cert, ca: cloudConnector.cert }
    child.send({ type: 'start', tls, host: '127.0.0.1', ...more })
    const { origin } = await waitUntilListening(child)
    return {
      locate: () => (child.isRunning ? { origin } : child.fail('the process has ended')),
      record: () => child.record(),
      setClock: (offset) => child.send({ type: 'clock', offset }),
      stop: () => child.stop()
    }
  } catch (error) {
    await child.stop()
    throw error
  }
}

function launch(root: string, virtualHost: string, system: ModuleSystem): BackendChild {
  const file = resolve(root, system.backend)
  const fail = (problem: string): never => {
    throw new EmulatorError('ERR_EMULATOR_BACKEND', `backend of ${virtualHost}: ${problem}`)
  }
  if (!existsSync(file)) fail(`module ${system.backend} does not exist`)
  const child = fork(file, [], {
    cwd: root,
    env: childEnvironment(system.env),
    execArgv: /\.[cm]?ts$/.test(file) ? withTypeScript(root, fail) : [],
    // the child's output is not the emulator's; what goes wrong must be seen
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  return new BackendChild(child, virtualHost)
}

async function waitUntilListening(child: BackendChild): Promise<URL> {
  const message = await child.receive(SYSTEM_START_TIMEOUT, 'to listen', (message) =>
    message.type === 'audit' ? undefined : message
  )
  if (message.type === 'failed') child.fail(message.message)
  if (!URL.canParse(message.url) || !message.url.startsWith('https:')) {
    child.fail('the process must listen on an https URL')
  }
  return new URL(message.url)
}
