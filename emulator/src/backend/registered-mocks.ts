import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { MockedService } from '../types.js'
import type { BackendTarget } from './child.js'
import { mockedPath, mockOf } from './mocked-path.js'

/** CAP's registry of the services that run on this machine. */
interface Registry {
  provides?: Record<string, { endpoints?: Record<string, string>; server?: number }>
  servers?: Record<string, { url?: string }>
}

/** No `cds mock` serves what was asked for; the message says how to start it. */
export class NotMocked extends Error {}

/**
 * Finds the `cds mock` process of a service in CAP's registry, at each request: it may be started, ended and started
 * again as its developer likes.
 *
 * @throws NotMocked
 * @see `lib/srv/bindings.js` of `@sap/cds`
 */
export function locateRegistered(mocks: readonly MockedService[], path: string): BackendTarget {
  const mock = mockOf(mocks, path)
  if (!mock) throw new NotMocked(`no imported service has a path that ${path} starts with`)
  const { provides = {}, servers = {} } = readRegistry()
  const { endpoints = {}, server } = provides[mock.service] ?? {}
  const url = isAlive(server) ? servers[String(server)]?.url : undefined
  const served = endpoints['odata'] ?? Object.values(endpoints)[0]
  if (!url || !served || !isLocal(url)) {
    throw new NotMocked(`start a mock in a second terminal: cds mock ${mock.service}`)
  }
  return { origin: url, ...mockedPath(mocks, path, () => served) }
}

function readRegistry(): Registry {
  try {
    const content = readFileSync(join(homedir(), '.cds-services.json'), 'utf8')
    return (JSON.parse(content) as { cds?: Registry }).cds ?? {}
  } catch {
    // there is none yet, or it is just being written
    return {}
  }
}

/** True if a process runs: one that was killed is still in the registry. */
function isAlive(pid: number | undefined): boolean {
  try {
    return Boolean(pid && process.kill(pid, 0))
  } catch {
    return false
  }
}

/** Users are never propagated over the network without encryption. */
const isLocal = (url: string) => URL.canParse(url) && new URL(url).hostname === 'localhost'
