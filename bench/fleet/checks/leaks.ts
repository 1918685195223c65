import { setImmediate as turnOfEventLoop } from 'node:timers/promises'

import type { Emulator } from '../../../emulator/src/index.js'
import type { Findings } from './findings.js'
import { CANARY, CANARY_HEADER } from '../servers/landscape.js'

/** Begin of the header of a token, `{"` in Base64. */
const BEGIN = 'eyJ'

/** Matches a text that can be a JWS or an encrypted token, also within a word. The second part of an encrypted token can be empty. */
const TOKEN = new RegExp(`(${BEGIN}[\\w-]{10,})\\.{1,2}[\\w-]{10,}`, 'g')

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
    const all = {
      'the password of a destination': CANARY,
      'the user of a destination with its password': CANARY_HEADER,
      ...secrets
    }
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
    for (const [token, encoded = ''] of text.matchAll(TOKEN)) {
      const header = headerIn(encoded)
      if (!header || (header.typ === RECORD && place === 'PostgreSQL')) continue
      const type = header.typ ?? 'no type'
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

/** Header of a token. */
interface Header {
  readonly alg: string
  readonly typ?: string
}

/** Returns the header that a text ends with; `undefined` if it ends with none, as random text and the claims of a token do. */
function headerIn(encoded: string): Header | undefined {
  for (let from = 0; from >= 0; from = encoded.indexOf(BEGIN, from + 1)) {
    const header = parse(encoded.slice(from))
    if (typeof header.alg === 'string') return header as Header
  }
  return undefined
}

function parse(encoded: string): Partial<Header> {
  try {
    return Object(JSON.parse(Buffer.from(encoded, 'base64url').toString())) as Partial<Header>
  } catch {
    return {}
  }
}
