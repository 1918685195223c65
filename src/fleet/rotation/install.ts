import cds from '@sap/cds'

import type { Requires } from '../../lib/adoption.js'
import { logDebug, logWarning } from '../../lib/log.js'
import { timeToNextLook } from '../../lib/lifecycle/next-look.js'
import {
  type BoundCredentials,
  type OtherClient,
  otherClients,
  readReplaced,
  sourcesOf
} from './files.js'
import { warnOfEnd } from './ends.js'

/** Milliseconds between two looks at the ends of certificates. */
const HOUR = 3_600_000

/**
 * Keeps the credentials of bindings current while the process runs: from files that are replaced; those of the environment can not be, so the
 * log says so days before the end of a certificate.
 *
 * @internal
 */
export function installRotation(requires: Requires): void {
  const bound = boundIn(requires)
  if (!bound.size) return
  const sources = sourcesOf(bound)
  const said = new Map<string, string>()
  const look = () => {
    warnOfOtherClients(otherClients(bound, sources), said)
    for (const name of readReplaced(bound, sources)) {
      logDebug(
        `the credentials of cds.requires.${name} were replaced in their files, and are used from now on`
      )
    }
  }
  const check = () => {
    for (const [name, credentials] of bound) warnOfEnd(name, credentials, sources.has(name))
  }
  check()
  const hourly = setInterval(check, HOUR).unref()
  const stopLooking = sources.size ? repeat(look, () => timeToNextLook([...bound.values()])) : noop
  cds.once('shutdown', () => {
    clearInterval(hourly)
    stopLooking()
  })
}

/** Logs once for each client that it needs a restart. @param said - clients by the names of entries */
function warnOfOtherClients(clients: readonly OtherClient[], said: Map<string, string>): void {
  for (const { name, current, replacement } of clients) {
    if (said.get(name) === replacement) continue
    said.set(name, replacement)
    logWarning(
      `the files with the credentials of cds.requires.${name} are of client "${replacement}" now, and this process runs as ` +
        `client "${current}": it goes on with the credentials from before. Restart the application`
    )
  }
}

/** Does something again and again. @param pause - milliseconds to the next time @returns how to end it */
function repeat(work: () => void, pause: () => number): () => void {
  const next = () =>
    setTimeout(() => {
      work()
      timer = next()
    }, pause()).unref()
  let timer = next()
  return () => clearTimeout(timer)
}

const noop = () => undefined

/** Returns the credentials of clients in `cds.requires` by the names of their entries. */
function boundIn(requires: Requires): Map<string, BoundCredentials> {
  const found = new Map<string, BoundCredentials>()
  for (const [name, options] of Object.entries(requires)) {
    const { credentials } = Object(options) as { credentials?: BoundCredentials }
    if (name !== 'kinds' && typeof credentials?.clientid === 'string') found.set(name, credentials)
  }
  return found
}
