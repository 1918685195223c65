import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

import { isKeyPair } from '../../lib/lifecycle/key-pair.js'

/** Credentials of a client; objects of `cds.env`, which all who ask for tokens share. */
export interface BoundCredentials {
  clientid?: string
  clientsecret?: string
  certificate?: string
  key?: string
}

/** Place in files that credentials are from. */
interface Source {
  readonly folder: string
  /** True if they are in the property `uaa` of a binding: those of reuse services are. */
  readonly isNested: boolean
}

/** Properties that are replaced together. */
const SECRETS = ['clientsecret', 'certificate', 'key'] as const

/**
 * Finds the files that credentials are from.
 *
 * @param bound - credentials by name
 * @param root - `SERVICE_BINDING_ROOT`
 * @returns files by name; none for credentials of the environment
 * @internal
 */
export function sourcesOf(
  bound: ReadonlyMap<string, BoundCredentials>,
  root = process.env['SERVICE_BINDING_ROOT']
): Map<string, Source> {
  const sources = new Map<string, Source>()
  if (!root || !existsSync(root)) return sources
  const all = foldersIn(root)
    .flatMap((folder) => [folder, ...foldersIn(folder)])
    .flatMap((folder) => [
      { folder, isNested: false },
      { folder, isNested: true }
    ])
  for (const [name, credentials] of bound) {
    const source = sourceOf(credentials, all)
    if (source) sources.set(name, source)
  }
  return sources
}

/** Kubernetes keeps the versions of a secret in folders with dots. */
function foldersIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(folder, name))
    .filter((each) => statSync(each, { throwIfNoEntry: false })?.isDirectory())
}

/**
 * Several bindings can be of one client. Files that were replaced since they were read first differ from the credentials already; one secret
 * is the same if they were read while they were replaced.
 */
function sourceOf(credentials: BoundCredentials, all: readonly Source[]): Source | undefined {
  const ofClient = all.filter((each) => readCredentials(each).clientid === credentials.clientid)
  const same =
    ofClient.find((each) => isSame(readCredentials(each), credentials)) ??
    ofClient.find((each) => isSameInPart(readCredentials(each), credentials))
  return same ?? (ofClient.length === 1 ? ofClient[0] : undefined)
}

function isSame(read: BoundCredentials, credentials: BoundCredentials): boolean {
  return SECRETS.every((name) => read[name] === credentials[name])
}

function isSameInPart(read: BoundCredentials, credentials: BoundCredentials): boolean {
  return SECRETS.some((name) => read[name] !== undefined && read[name] === credentials[name])
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
  sources: ReadonlyMap<string, Source>
): string[] {
  return [...sources].flatMap(([name, source]) => {
    const credentials = bound.get(name)
    const read = readCredentials(source)
    if (!credentials || read.clientid !== credentials.clientid || !isWhole(read)) return []
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
  sources: ReadonlyMap<string, Source>
): OtherClient[] {
  return [...sources].flatMap(([name, source]) => {
    const current = bound.get(name)?.clientid
    const { clientid: replacement } = readCredentials(source)
    if (!replacement || current === undefined || replacement === current) return []
    return [{ name, current, replacement }]
  })
}

function readCredentials({ folder, isNested }: Source): BoundCredentials {
  const read: BoundCredentials = {}
  const properties = propertiesIn(folder)
  const content = isNested ? objectOf(properties['uaa']) : properties
  for (const name of ['clientid', ...SECRETS] as const) {
    const value = content[name]
    if (typeof value === 'string') read[name] = value
  }
  return read
}

type Properties = Partial<Record<string, unknown>>

/**
 * Reads the credentials of a binding, which are a file each, or all in one file: the chart that `cds add kyma` creates has one, and
 * `.metadata` calls it a container.
 *
 * @see `@sap/cds/lib/env/serviceBindings.js`, `parseProperties`
 */
function propertiesIn(folder: string): Properties {
  const read = (name: string) => textOf(join(folder, name))
  const files = ['clientid', ...SECRETS, 'uaa'].map((name) => [name, read(name)])
  const { credentialProperties: described } = objectOf(read('.metadata'))
  const containers = (Array.isArray(described) ? described : [])
    .map((each) => Object(each) as { name?: unknown; container?: unknown })
    .filter(({ name, container }) => container === true && typeof name === 'string')
    .map(({ name }) => objectOf(read(name as string)))
  return Object.assign(Object.fromEntries(files) as Properties, ...containers) as Properties
}

/** Returns an object that can be JSON in a file; an empty one for a file that is just written. */
function objectOf(value: unknown): Properties {
  try {
    return Object(typeof value === 'string' ? JSON.parse(value) : value) as Properties
  } catch {
    return {}
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // there is no such file, or not at this moment
  }
}

/** True if the key is that of the certificate, or if there is neither. */
function isWhole(read: BoundCredentials): boolean {
  if (read.certificate === undefined || read.key === undefined) {
    return read.clientsecret !== undefined
  }
  return isKeyPair(read)
}
