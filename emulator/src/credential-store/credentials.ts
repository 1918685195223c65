import { randomUUID } from 'node:crypto'
import type { Clock } from '../landscape/clock.js'
import type { StoredCredential } from './types.js'

/** Credential with what the service adds. */
export interface Credential extends StoredCredential {
  id: string
  modifiedAt: string
  /** Value of `ETag`, without quotes. */
  revision: string
}

export type CredentialType = NonNullable<StoredCredential['type']>

/** Longest values: characters of a text, bytes of a key. @see help.sap.com, "SAP Credential Store", "Service Features" */
const LONGEST = {
  name: 255,
  password: 4096,
  key: 32 * 1024,
  metadata: 10_000,
  format: 255,
  username: 1024
}

const NAMESPACE = /^[\w.:!~-]{1,100}$/

/** True if the service allows this name of a namespace. */
export function isNamespace(name: string): boolean {
  return NAMESPACE.test(name)
}

/** Returns what is wrong with a credential; `undefined` if the service stores it. */
export function problemOf(
  type: CredentialType,
  credential: Partial<StoredCredential>
): string | undefined {
  const { name, value, metadata, format, username } = credential
  if (typeof name !== 'string' || !name || name.length > LONGEST.name) {
    return 'name must have from 1 to 255 characters'
  }
  if (typeof value !== 'string' || !value) return 'value must be a text'
  if (type === 'password' && value.length > LONGEST.password)
    return 'value has more than 4096 characters'
  if (type === 'key') {
    const bytes = Buffer.from(value, 'base64')
    if (bytes.toString('base64') !== value) return 'value must be Base64'
    if (bytes.length > LONGEST.key) return 'value has more than 32 KB'
  }
  const texts = { metadata, format, username }
  const wrong = (Object.keys(texts) as (keyof typeof texts)[]).find((each) => {
    const text = texts[each]
    return text !== undefined && (typeof text !== 'string' || text.length > LONGEST[each])
  })
  return wrong && `${wrong} must be a text of at most ${LONGEST[wrong]} characters`
}

/** The credentials of one instance. */
export class Credentials {
  readonly #clock: Clock
  readonly #all = new Map<string, Credential>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  find(namespace: string, type: CredentialType, name: string): Credential | undefined {
    return this.#all.get(keyOf(namespace, type, name))
  }

  write(namespace: string, type: CredentialType, credential: StoredCredential): Credential {
    const key = keyOf(namespace, type, credential.name)
    const { name, value, format, metadata, username } = credential
    const stored: Credential = {
      id: this.#all.get(key)?.id ?? randomUUID(),
      name,
      modifiedAt: new Date(this.#clock.now()).toISOString(),
      ...(metadata !== undefined && { metadata }),
      value,
      ...(format !== undefined && { format }),
      ...(username !== undefined && { username }),
      revision: randomUUID()
    }
    this.#all.set(key, stored)
    return stored
  }

  remove(namespace: string, type: CredentialType, name: string): boolean {
    return this.#all.delete(keyOf(namespace, type, name))
  }
}

function keyOf(...parts: [namespace: string, type: CredentialType, name: string]): string {
  return JSON.stringify(parts)
}
