import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

import type { Emulator } from '../../../emulator/src/index.js'
import type { Findings } from './findings.js'
import { CANARY } from '../landscape.js'

/** A JWS or an encrypted token, wherever it is. */
const TOKEN = /(?<![\w.-])(eyJ[\w-]{10,})\.[\w-]{10,}/g

/** Type of the records that lie in the queue: they are of use nowhere else. */
const RECORD = 'delegation+jwt'

/** Milliseconds for which a former key of a binding is looked for: a run of hours has thousands of them. */
const REMEMBERED = 10 * 60_000

/** Characters that are looked through at a time, so that nothing else waits long, and characters that two parts share. */
const PART = 1 << 20
const OVERLAP = 20_000

/** Secrets that must be nowhere: passwords, keys of bindings and of the cache. */
export class Leaks {
  readonly #secrets = new Map<string, { name: string; until: number }>()
  readonly #findings: Findings

  constructor(findings: Findings, secrets: Readonly<Record<string, string>>) {
    this.#findings = findings
    const all = { 'a password of a user': CANARY, ...secrets }
    for (const [name, secret] of Object.entries(all)) {
      this.#secrets.set(secret, { name, until: Infinity })
    }
  }

  /** Adds the secrets that bindings have at this time. */
  add(emulator: Emulator): void {
    const bindings = Object.values(emulator.vcapServices()).flat() as {
      label: string
      credentials: unknown
    }[]
    for (const { label, credentials } of bindings) {
      for (const secret of secretsIn(credentials)) {
        const name = `a secret of the binding of ${label}`
        this.#secrets.set(secret, { name, until: Date.now() + REMEMBERED })
      }
    }
  }

  /** Looks for secrets in a text. @param place - for the finding */
  async check(place: string, text: string): Promise<void> {
    for (const [secret, { until }] of this.#secrets) {
      if (until < Date.now()) this.#secrets.delete(secret)
    }
    for (let from = 0; from < text.length; from += PART) {
      this.#checkPart(place, text.slice(from, from + PART + OVERLAP))
      await turnOfEventLoop()
    }
  }

  #checkPart(place: string, text: string): void {
    for (const [secret, { name }] of this.#secrets) {
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
