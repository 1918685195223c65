import { redact } from '../../lib/redact.js'

/** One step of a request, as a line of the log tells it. */
export interface Step {
  /** Milliseconds since the epoch; `undefined` where the line does not say it. */
  readonly time: number | undefined
  /** Part of the way: into the application, in it, out of it, or out of its queue. */
  readonly place: 'in' | 'CAP' | 'out' | 'queue'
  /** One line about what happened. */
  readonly text: string
  readonly code?: string | undefined
  readonly hop?: string | undefined
  readonly fix?: string | undefined
}

type Fields = Readonly<Record<string, unknown>>

/**
 * Reads a line of a log, with whatever `cf logs` or `kubectl logs` have put in front of it.
 *
 * @param id - correlation id
 * @returns `undefined` for a line of another request
 * @internal
 */
export function stepIn(line: string, id: string): Step | undefined {
  if (!mentions(line, id) || isProperty(line)) return undefined
  const json = jsonIn(line)
  const time = timeIn(json?.fields['timestamp']) ?? timeIn(line)
  const message = json && typeof json.fields['msg'] === 'string' ? json.fields['msg'] : line
  return {
    time,
    ...(callIn(message) ??
      (json && failureOf(json.fields)) ??
      (json ? undefined : failureIn(line)) ??
      accessIn(line) ??
      other(message, json?.fields))
  }
}

/** True if a line has the id, and not as a part of a longer one. */
function mentions(line: string, id: string): boolean {
  for (let at = line.indexOf(id); at >= 0; at = line.indexOf(id, at + 1)) {
    const around = `${line[at - 1] ?? ' '}${line[at + id.length] ?? ' '}`
    if (!/[\w-]/.test(around)) return true
  }
  return false
}

/** True for a line of an object that a console prints over several lines. */
function isProperty(line: string): boolean {
  return /^\s*['"]?[\w-]+['"]?: ['"]?[\w.:-]+['"]?,?\s*$/.test(line)
}

/** Returns the JSON object at the end of a line. */
function jsonIn(line: string): { fields: Fields } | undefined {
  for (let at = line.indexOf('{'), tries = 0; at >= 0 && tries < 3; tries++) {
    try {
      const fields = JSON.parse(line.slice(at)) as unknown
      if (typeof fields === 'object' && fields) return { fields: fields as Fields }
    } catch {
      // a brace of the text in front
    }
    at = line.indexOf('{', at + 1)
  }
  return undefined
}

const TIME = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/

function timeIn(value: unknown): number | undefined {
  const [found] = TIME.exec(typeof value === 'string' ? value : '') ?? []
  const time = found ? Date.parse(found.replace(',', '.').replace(' ', 'T')) : NaN
  return Number.isNaN(time) ? undefined : time
}

type Told = Omit<Step, 'time'>

/** An entry of this package about a failure, as fields. */
function failureOf(fields: Fields): Told | undefined {
  const { code, hop, cause, sent, expected, fix } = fields
  if (typeof code !== 'string' || typeof hop !== 'string') return undefined
  const values = [
    typeof sent === 'string' && `sent ${sent}`,
    typeof expected === 'string' && `expected ${expected}`
  ].filter(Boolean)
  const text = `${String(cause)}${values.length ? ` (${values.join(' ≠ ')})` : ''}`
  return failure(code, hop, text, typeof fix === 'string' ? fix : undefined)
}

/** The same entry as a line on a console: code, hop, cause, fix, command. */
function failureIn(line: string): Told | undefined {
  const [, code, rest = ''] =
    /\b(ERR_[A-Z_]+) · (.*?) · → npx cds-principal explain/.exec(line) ?? []
  const [hop, cause, ...fix] = rest.split(' · ')
  if (!code || hop === undefined || cause === undefined) return undefined
  return failure(code, hop, cause, fix.join(' · ') || undefined)
}

/** Hops on the way in, and those within the application; any other is on the way out. */
const PLACES: Readonly<Record<string, Step['place']>> = {
  'incoming request': 'in',
  'incoming token': 'in',
  'issuer of the token': 'in',
  authorization: 'CAP',
  application: 'CAP',
  configuration: 'CAP'
}

/** Returns the step of a failure. @internal */
export function failure(
  code: string,
  hop: string,
  cause: string,
  fix: string | undefined
): Omit<Step, 'time'> {
  const shownFix = fix === undefined ? undefined : safe(fix)
  return { place: PLACES[hop] ?? 'out', text: safe(cause), code, hop: safe(hop), fix: shownFix }
}

/** Facts about an outbound call (`DEBUG=principal`), without those about a person. */
function callIn(message: string): Told | undefined {
  const [, json] = /principal\.call (\{.*\})/.exec(message) ?? []
  const call = json === undefined ? undefined : jsonIn(json)?.fields
  if (!call) return undefined
  const of = (name: string) => (typeof call[name] === 'string' ? call[name] : undefined)
  const [service, destination, authentication] = [
    of('service'),
    of('destination'),
    of('authentication')
  ]
  const target = [service && `to ${service}`, destination && `destination ${destination}`]
  const as = `as ${of('principal') ?? 'unknown'}${authentication ? ` by ${authentication}` : ''}`
  const parts = ['call', target.filter(Boolean).join(', '), as, `${of('outcome') ?? ''},`]
  const code = of('code')
  return {
    place: call['context'] === 'queue' ? 'queue' : 'out',
    text: safe(`${parts.join(' ')} ${String(call['duration'])} ms`),
    code: code && safe(code)
  }
}

/** A line of a router's access log. */
function accessIn(line: string): Told | undefined {
  const [, method, path, status] = /"([A-Z]+) (\S+) HTTP\/[\d.]+" (\d{3})/.exec(line) ?? []
  if (!method || !path) return undefined
  return { place: 'in', text: safe(`answer to ${method} ${path}`) + `: ${String(status)}` }
}

/** Loggers of CAP for requests, and for calls. */
const LOGGERS: Readonly<Record<string, Step['place']>> = {
  http: 'in',
  odata: 'in',
  rest: 'in',
  hcql: 'in',
  graphql: 'in',
  remote: 'out',
  queue: 'queue',
  outbox: 'queue'
}

function other(message: string, fields: Fields = {}): Told {
  const logger = fields['logger'] ?? /\[([\w|-]+)\] - /.exec(message)?.[1]
  const [first = ''] = message.replace(/^.*?\[[\w|-]+\] - /, '').split('\n')
  const place = typeof logger === 'string' ? LOGGERS[logger] : undefined
  const name = typeof logger === 'string' ? `[${logger}] ` : ''
  return { place: place ?? 'CAP', text: safe(`${name}${first}`) }
}

/** Longest text of a step. */
const MAX_TEXT = 500

/** Names of schemes before a word of a sentence, such as "jwt-bearer grant", and no credentials. */
const WORDS = /(\b(?:bearer|basic) [a-z]{1,12}(?![\w.~+/=-]))/i

/** Returns a text without tokens, addresses of persons and queries of URLs, in one line. @internal */
export function safe(text: string): string {
  return text
    .split(WORDS)
    .map((part, i) => (i % 2 ? part : redact(part)))
    .join('')
    .replace(/[^\s"'<>(),;:=]+@[^\s"'<>(),;:=]+\.\w+/g, '<e-mail>')
    .replace(/(\/[^\s?"']*)\?[^\s"']*/g, '$1')
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, MAX_TEXT)
}
