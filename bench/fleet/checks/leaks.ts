import type { Emulator } from '../../../emulator/src/index.js'
import type { Findings } from './findings.js'
import { CANARY } from '../landscape.js'

/** A JWS or an encrypted token, wherever it is. */
const TOKEN = /(?<![\w.-])(eyJ[\w-]{10,})\.[\w-]{10,}/g

/** Type of the records that lie in the queue: they are of use nowhere else. */
const RECORD = 'delegation+jwt'

/** Secrets that must be nowhere: passwords, keys of bindings and of the cache. */
export class Leaks {
  readonly #secrets = new Map<string, string>()
  readonly #findings: Findings

  constructor(findings: Findings, secrets: Readonly<Record<string, string>>) {
    this.#findings = findings
    this.#secrets.set(CANARY, 'a password of a user')
    for (const [name, secret] of Object.entries(secrets)) this.#secrets.set(secret, name)
  }

  /** Adds the secrets that bindings have at this time. */
  add(emulator: Emulator): void {
    const bindings = Object.values(emulator.vcapServices()).flat() as {
      label: string
      credentials: unknown
    }[]
    for (const { label, credentials } of bindings) {
      for (const secret of secretsIn(credentials)) {
        this.#secrets.set(secret, `a secret of the binding of ${label}`)
      }
    }
  }

  /** Looks for secrets in a text. @param place - for the finding */
  check(place: string, text: string): void {
    for (const [secret, name] of this.#secrets) {
      if (text.includes(secret)) this.#findings.add(`${name} is in ${place}`)
    }
    for (const [token, header = ''] of text.matchAll(TOKEN)) {
      const type = typeOf(header)
      if (type === RECORD && place === 'PostgreSQL') continue
      this.#findings.add(`a token is in ${place}`, `${type}: ${token.slice(0, 20)}…`)
    }
  }
}

/** Names of credentials that are secret. */
const SECRET = /^(clientsecret|key|d)$/

function secretsIn(value: unknown, name = ''): string[] {
  if (typeof value === 'string') {
    if (!SECRET.test(name) || value.length < 16) return []
    // a line of a private key, without its frame
    return [value.includes('-----') ? (value.split('\n')[1] ?? value) : value]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) => secretsIn(each, key))
}

function typeOf(header: string): string {
  try {
    const { typ } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { typ?: string }
    return typ ?? 'no type'
  } catch {
    return 'unreadable'
  }
}
