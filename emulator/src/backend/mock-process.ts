import { fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { MockedService, OnPremiseSystem } from '../types.js'
import {
  BackendChild,
  childEnvironment,
  SYSTEM_START_TIMEOUT,
  withTypeScript,
  type BackendProcess
} from './child.js'
import { CLOUD_CONNECTOR_CA } from './mock-environment.js'
import { mockedPath } from './mocked-path.js'

/** The hint for a process that does not listen: the plugin would report it. */
const STARTING =
  'to listen: is "cds-principal" among the dependencies in package.json, where CAP looks for plugins?'

/** A system of mocked services. */
export type MockSystem = OnPremiseSystem & { mocks: readonly MockedService[] }

/**
 * Starts what `cds mock` starts: CAP, serving the imported services from a database in memory. The plugin in that
 * process logs on the propagated users and notes what they change.
 *
 * @throws EmulatorError `ERR_EMULATOR_BACKEND`
 */
export async function startMocks(
  root: string,
  virtualHost: string,
  system: MockSystem,
  certificates: LandscapeCertificates
): Promise<BackendProcess> {
  const child = launch(root, virtualHost, system, certificates)
  try {
    const { url, services } = await waitUntilListening(child)
    return {
      locate: (path) => {
        if (!child.isRunning) child.fail('the process has ended')
        return { origin: url, ...mockedPath(system.mocks, path, (name) => services[name]) }
      },
      record: () => child.record(),
      setClock: (offset) => child.send({ type: 'clock', offset }),
      stop: () => child.stop()
    }
  } catch (error) {
    await child.stop()
    throw error
  }
}

function launch(
  root: string,
  virtualHost: string,
  system: MockSystem,
  { cloudConnector }: LandscapeCertificates
): BackendChild {
  const fail = (problem: string): never => {
    throw new EmulatorError('ERR_EMULATOR_BACKEND', `backend of ${virtualHost}: ${problem}`)
  }
  const find = createRequire(join(resolve(root), 'package.json')).resolve
  const installed = (name: string, reason: string) => {
    try {
      return find(name)
    } catch {
      return fail(`${reason}: npm add ${name.split('/').slice(0, 2).join('/')}`)
    }
  }
  installed('@cap-js/sqlite', 'a mock needs a database in memory')
  const serve = installed('@sap/cds/bin/serve.js', 'mocks are served by CAP')
  const names = system.mocks.map(({ service }) => service).join()
  const child = fork(serve, [names, '--mocked', '--in-memory', '--port', '0'], {
    cwd: root,
    env: { ...childEnvironment(system.env), [CLOUD_CONNECTOR_CA]: cloudConnector.cert },
    execArgv: process.env['CDS_TYPESCRIPT'] ? withTypeScript(root, fail) : [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc']
  })
  return new BackendChild(child, virtualHost)
}

async function waitUntilListening(child: BackendChild) {
  const message = await child.receive(SYSTEM_START_TIMEOUT, STARTING, (message) =>
    message.type === 'audit' ? undefined : message
  )
  if (message.type === 'failed') return child.fail(message.message)
  return { url: message.url, services: message.services ?? {} }
}
