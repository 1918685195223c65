/** The texts of an error and of its causes, outermost first. */
export class CleanCause extends Error {
  readonly messages: string[]

  constructor(messages: string[]) {
    super(messages.join(' - caused by: '))
    this.name = 'Cause'
    this.messages = messages
  }
}

/**
 * What may be kept of a library's error: its messages. The errors themselves hold requests, with tokens in the headers.
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

/** Shorter values are too common to be taken out of texts. */
const MIN_SECRET = 6

/**
 * Returns what headers hold that must not come back in a text: credentials without their scheme, the password of Basic ones,
 * the values of cookies.
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
  return secrets.filter(({ length }) => length >= MIN_SECRET).sort((a, b) => b.length - a.length)
}

/**
 * Returns a copy of some data without secrets, wherever they stand in it. What is neither text nor plain data stays as it is.
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

/** A text without anything that looks like a JWT or like credentials in a URL or header. @internal */
export function redact(text: string): string {
  return text
    .replace(/eyJ[\w-]+(\.[\w-]*){1,4}/g, '<token>')
    .replace(/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 <redacted>')
    .replace(/\/\/[^/\s:@]+:[^/\s@]+@/g, '//<redacted>@')
}
