import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { labelsInUse, serviceBinding } from '../../destination/binding/binding.js'
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
    for (const [path, credentials] of bound) {
      const name = path.replace(NESTED, '')
      warnOfEnd({ name, title: `cds.requires.${path}` }, credentials, sources.has(path))
    }
  }
  const checkOthers = () => {
    warnOfOthers(bound).catch((error: unknown) => {
      logDebug(`the ends of certificates could not be looked at: ${(error as Error).message}`)
    })
  }
  check()
  cap.once('listening', checkOthers)
  const hourly = setInterval(() => {
    check()
    checkOthers()
  }, HOUR).unref()
  const stopLooking = sources.size ? repeat(look, () => timeToNextLook([...bound.values()])) : noop
  cds.once('shutdown', () => {
    clearInterval(hourly)
    cap.off('listening', checkOthers)
    stopLooking()
  })
}

/** Warns of the ends of certificates in bindings that are used without an entry in `cds.requires`: those of the platform's services. */
async function warnOfOthers(bound: ReadonlyMap<string, BoundCredentials>): Promise<void> {
  const listed = new Set([...bound.values()].map(({ clientid }) => clientid))
  for (const label of labelsInUse()) {
    const service = await serviceBinding(label).catch(noop)
    if (!service || listed.has(service.credentials.clientid)) continue
    const credentials = service.credentials as BoundCredentials
    const title = `service "${label}" ("${service.name}")`
    const isFile = sourcesOf(new Map([[label, credentials]])).has(label)
    warnOfEnd({ name: label, title }, credentials, isFile)
  }
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

/** End of the path of credentials that are within others. */
const NESTED = /\.credentials\.uaa$/

/** Returns the credentials of clients in `cds.requires` by their paths in it: the name of the entry, and for those of reuse services a longer one. */
function boundIn(requires: Requires): Map<string, BoundCredentials> {
  const found = new Map<string, BoundCredentials>()
  for (const [name, options] of Object.entries(requires)) {
    if (name === 'kinds') continue
    const { credentials } = Object(options) as { credentials?: Bound }
    if (isOfClient(credentials)) found.set(name, credentials)
    if (isOfClient(credentials?.uaa)) found.set(`${name}.credentials.uaa`, credentials.uaa)
  }
  return found
}

type Bound = BoundCredentials & { readonly uaa?: BoundCredentials }

function isOfClient<T extends BoundCredentials>(credentials: T | undefined): credentials is T {
  return typeof credentials?.clientid === 'string'
}
