import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Credentials of a client; objects of `cds.env`, which all who ask for tokens share. */
export interface BoundCredentials {
  clientid?: string
  clientsecret?: string
  certificate?: string
  key?: string
}

/** Properties that are replaced together. */
const SECRETS = ['clientsecret', 'certificate', 'key'] as const

/**
 * Finds the folders that credentials are from.
 *
 * @param bound - credentials by name
 * @param root - `SERVICE_BINDING_ROOT`
 * @returns folders by name; none for credentials of the environment
 * @internal
 */
export function sourcesOf(
  bound: ReadonlyMap<string, BoundCredentials>,
  root = process.env['SERVICE_BINDING_ROOT']
): Map<string, string> {
  const sources = new Map<string, string>()
  if (!root || !existsSync(root)) return sources
  const folders = readdirSync(root)
    .map((name) => join(root, name))
    .filter((each) => statSync(each).isDirectory())
  for (const [name, credentials] of bound) {
    const folder = sourceOf(credentials, folders)
    if (folder) sources.set(name, folder)
  }
  return sources
}

/** Several bindings can be of one client. Files that were replaced since they were read first differ from the credentials already. */
function sourceOf(credentials: BoundCredentials, folders: readonly string[]): string | undefined {
  const ofClient = folders.filter((each) => readCredentials(each).clientid === credentials.clientid)
  const same = ofClient.find((each) => isSame(readCredentials(each), credentials))
  return same ?? (ofClient.length === 1 ? ofClient[0] : undefined)
}

function isSame(read: BoundCredentials, { clientid, certificate, clientsecret }: BoundCredentials) {
  return (
    read.clientid === clientid &&
    read.certificate === certificate &&
    read.clientsecret === clientsecret
  )
}

/**
 * Reads files again, and puts secrets and certificates that were replaced into the credentials. A certificate without its key is left for
 * the next time: the files may just be replaced.
 *
 * @returns the names of credentials that have changed
 * @internal
 */
export function readReplaced(
  bound: ReadonlyMap<string, BoundCredentials>,
  sources: ReadonlyMap<string, string>
): string[] {
  return [...sources].flatMap(([name, folder]) => {
    const credentials = bound.get(name)
    const read = readCredentials(folder)
    if (!credentials || read.clientid !== credentials.clientid || !isPair(read)) return []
    if (isSame(read, credentials)) return []
    for (const each of SECRETS) {
      const value = read[each]
      if (value === undefined) delete credentials[each]
      else credentials[each] = value
    }
    return [name]
  })
}

/** A client in the files that is not the one this process runs as. */
export interface OtherClient {
  /** Entry of `cds.requires`. */
  readonly name: string
  readonly current: string
  readonly replacement: string
}

/**
 * Finds the bindings whose files are of another client now. Tokens of the client before are in caches, in queues and in trust
 * lists, so it is not replaced while the process runs.
 *
 * @internal
 */
export function otherClients(
  bound: ReadonlyMap<string, BoundCredentials>,
  sources: ReadonlyMap<string, string>
): OtherClient[] {
  return [...sources].flatMap(([name, folder]) => {
    const current = bound.get(name)?.clientid
    const { clientid: replacement } = readCredentials(folder)
    if (!replacement || current === undefined || replacement === current) return []
    return [{ name, current, replacement }]
  })
}

function readCredentials(folder: string): BoundCredentials {
  const read: BoundCredentials = {}
  for (const name of ['clientid', ...SECRETS] as const) {
    try {
      read[name] = readFileSync(join(folder, name), 'utf8')
    } catch {
      // there is no such file, or not at this moment
    }
  }
  return read
}

/** True if the key is that of the certificate, or if there is neither. */
function isPair({ certificate, key, clientsecret }: BoundCredentials): boolean {
  if (certificate === undefined || key === undefined) return clientsecret !== undefined
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
  } catch {
    return false
  }
}
