/** Messages of an error and its causes, outermost first. */
export class CleanCause extends Error {
  readonly messages: string[]

  constructor(messages: string[]) {
    super(messages.join(' - caused by: '))
    this.name = 'Cause'
    this.messages = messages
  }
}

/**
 * Returns the messages of a library's error and of its causes. The error itself is not kept: it
 * holds requests, with tokens in the headers.
 *
 * @internal
 */
export function cleanCause(error: unknown): CleanCause {
  const messages: string[] = []
  for (let each = error; each instanceof Error && messages.length < 10; each = each.cause) {
    messages.push(redact(each.message))
  }
  return new CleanCause(messages.length ? messages : ['unknown error'])
}

/**
 * Returns status and code of OAuth of a token service's answer, or the code of the network; nothing in its own words, which
 * may name a user.
 *
 * @internal
 */
export function answerOf({ messages }: CleanCause): string {
  const text = messages.join(' ')
  if (/breaker is open/i.test(text)) return 'not asked again for a while, after several failures'
  const [, status] = /\b(?:was|status(?: code)?) (\d{3})\b/.exec(text) ?? []
  const [, code] = /"error"\s*:\s*"([a-z_]{1,40})"/.exec(text) ?? []
  const [network] = /\b(E[A-Z]{4,}|[A-Z]+_CERT[A-Z_]*|CERT_[A-Z_]+)\b/.exec(text) ?? []
  return [status, code].filter(Boolean).join(', ') || (network ?? 'no answer')
}

/** Length from which a secret is removed from texts: shorter values are common words. */
const MIN_SECRET = 6

/**
 * Returns the secrets in headers, which must not be repeated in a text: credentials without their
 * scheme, the password of Basic credentials, the values of cookies.
 *
 * @internal
 */
export function secretsIn(headers: Readonly<Record<string, string>>): string[] {
  const secrets = Object.entries(headers).flatMap(([name, value]) => {
    if (name === 'cookie')
      return value.split(/;\s*/).map((each) => each.slice(each.indexOf('=') + 1))
    if (name === 'x-csrf-token') return [value]
    if (!/authorization|authentication|token|secret|api-?key|password/.test(name)) return []
    const [, scheme, credentials] = /^(\w+) +(.+)$/.exec(value) ?? []
    if (scheme?.toLowerCase() !== 'basic') return [credentials ?? value]
    const userPass = Buffer.from(credentials ?? '', 'base64').toString('utf8')
    return [credentials ?? '', userPass.slice(userPass.indexOf(':') + 1)]
  })
  return usable(secrets)
}

/**
 * Returns the texts of a form or a configuration that must not come back in a text, as they are and as a form has them.
 *
 * @param names - of the secrets
 * @internal
 */
export function secretsNamed(values: Readonly<Record<string, unknown>>, names: RegExp): string[] {
  const secrets = Object.entries(values).flatMap(([name, value]) => {
    if (typeof value !== 'string' || !names.test(name)) return []
    return [value, encodeURIComponent(value), String(new URLSearchParams([['', value]])).slice(1)]
  })
  return usable([...new Set(secrets)])
}

/** The longest first: one can be a part of another. */
function usable(secrets: readonly string[]): string[] {
  return secrets.filter(({ length }) => length >= MIN_SECRET).sort((a, b) => b.length - a.length)
}

/**
 * Returns a copy of some data without secrets, in texts and names at any depth. Values that are
 * neither text nor plain data stay as they are.
 *
 * @internal
 */
export function withoutSecrets(data: unknown, secrets: readonly string[], depth = 0): unknown {
  if (typeof data === 'string') {
    let text = data
    for (const secret of secrets) text = text.replaceAll(secret, '<redacted>')
    return redact(text)
  }
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data) || depth > 20)
    return data
  if (Array.isArray(data)) return data.map((each) => withoutSecrets(each, secrets, depth + 1))
  const entries = Object.entries(data).map(([name, each]) => [
    withoutSecrets(name, secrets),
    withoutSecrets(each, secrets, depth + 1)
  ])
  return Object.fromEntries(entries) as unknown
}

/**
 * Returns a text without anything that looks like a JWT, or like credentials in a URL or header.
 *
 * @internal
 */
export function redact(text: string): string {
  return text
    .replace(/eyJ[\w-]+(\.[\w-]*){1,4}/g, '<token>')
    .replace(/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 <redacted>')
    .replace(/\/\/[^/\s:@]+:[^/\s@]+@/g, '//<redacted>@')
}

/**
 * Makes a value from outside fit for a log line: no control characters, 200 characters at most.
 *
 * @internal
 */
export function printable(value: unknown): string {
  return typeof value === 'string' ? inAscii(value).slice(0, 200) : 'none'
}

/** Replaces control characters, and all others that are not in ASCII. @internal */
export function inAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?')
}
