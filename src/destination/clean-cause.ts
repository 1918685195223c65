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

/** A text without anything that looks like a JWT or like credentials in a URL or header. @internal */
export function redact(text: string): string {
  return text
    .replace(/eyJ[\w-]+(\.[\w-]*){1,4}/g, '<token>')
    .replace(/\b(Bearer|Basic) [\w.~+/=-]+/gi, '$1 <redacted>')
    .replace(/\/\/[^/\s:@]+:[^/\s@]+@/g, '//<redacted>@')
}
