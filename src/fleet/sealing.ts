import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

import { ConfigurationError } from '../errors.js'

/** Secrets at a time: the one that encrypts, and the next or the last. */
const AT_ONCE = 2

/** Characters of a secret: 32 random bytes have more in Base64 and in hexadecimal digits. */
const MIN_LENGTH = 32

const ALGORITHM = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Version of the form, part of every entry and of every key. */
const VERSION = 'v1'

interface SealingKey {
  readonly id: string
  readonly key: Buffer
}

/** Encrypts entries of the shared cache, and decrypts those of other instances. */
export class Sealing {
  readonly #keys: readonly [SealingKey, ...SealingKey[]]

  /** @param secrets - the first one encrypts, all decrypt */
  constructor([current, ...others]: readonly [string, ...string[]]) {
    this.#keys = [keyOf(current), ...others.map(keyOf)]
  }

  /**
   * Encrypts a text with AES-256-GCM.
   *
   * @param about - what the text is for; an entry that is moved to another place can't be decrypted
   */
  seal(text: string, about: string): string {
    const [{ id, key }] = this.#keys
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(about))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return [VERSION, id, Buffer.concat([nonce, sealed]).toString('base64url')].join('.')
  }

  /** True if an entry says that it is of another version, or of a secret that is not known here. Nothing has to be wrong with it. */
  isForeign(entry: string): boolean {
    const [, version, id] = /^(v\d+)\.([\da-f]{8})\../.exec(entry) ?? []
    return id !== undefined && (version !== VERSION || !this.#keys.some((each) => each.id === id))
  }

  /** Decrypts an entry; `undefined` for one that was not encrypted for this purpose with one of the secrets. */
  open(entry: string, about: string): string | undefined {
    const [version, id, data, ...others] = entry.split('.')
    const known = this.#keys.find((each) => each.id === id)
    if (version !== VERSION || !known || !data || others.length) return undefined
    const bytes = Buffer.from(data, 'base64url')
    if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined
    const nonce = bytes.subarray(0, NONCE_BYTES)
    const sealed = bytes.subarray(NONCE_BYTES, -TAG_BYTES)
    try {
      const decipher = createDecipheriv(ALGORITHM, known.key, nonce, { authTagLength: TAG_BYTES })
      decipher.setAAD(Buffer.from(about)).setAuthTag(bytes.subarray(-TAG_BYTES))
      return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8')
    } catch {
      return undefined
    }
  }
}

/** Derives the key of a secret, and an id that says nothing about either. */
function keyOf(secret: string): SealingKey {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `cds-principal cache ${VERSION} ${purpose}`, 32))
  return { key: derive('key').subarray(0, KEY_BYTES), id: derive('id').toString('hex').slice(0, 8) }
}

/** Returns the name of a place in Redis: it does not show what is there. @internal */
export function placeOf(about: string): string {
  return createHash('sha256').update(about).digest('base64url')
}

/**
 * Returns the secrets in the credentials of a bound service: a text, or a list of at most two, also as JSON text. The first one
 * encrypts.
 *
 * @param name - entry of `cds.requires`
 * @throws {@link ConfigurationError} that names the property, and no value
 * @internal
 */
export function boundSecrets(
  name: string,
  requires: Readonly<Record<string, unknown>>
): readonly [string, ...string[]] {
  const { credentials } = Object(requires[name]) as { credentials?: unknown }
  const { cacheSecrets } = Object(credentials) as { cacheSecrets?: unknown }
  const path = `cds.requires.${name}.credentials.cacheSecrets`
  const [first, ...others] = listOf(cacheSecrets)
  if (first === undefined) {
    throw new ConfigurationError(
      `${path} is missing, and named by cds.requires.principal-cache.encryptWith: bind a service that has one, such as "openssl rand -base64 32" makes`
    )
  }
  const all = [first, ...others] as const
  if (all.length > AT_ONCE) {
    throw new ConfigurationError(`${path} has ${all.length} secrets: at most two at a time`)
  }
  if (!all.every((each) => typeof each === 'string' && each.trim().length >= MIN_LENGTH)) {
    throw new ConfigurationError(
      `${path}: a secret is a text of at least ${MIN_LENGTH} characters, such as "openssl rand -base64 32" makes`
    )
  }
  return all.map((each) => String(each).trim()) as [string, ...string[]]
}

function listOf(value: unknown): unknown[] {
  if (value === undefined || value === null || value === '') return []
  if (typeof value === 'string' && value.trimStart().startsWith('[')) {
    try {
      return [JSON.parse(value) as unknown].flat()
    } catch {
      return [value]
    }
  }
  return [value].flat()
}
