import type { JsonNameParams } from '@peculiar/x509'
import { EmulatorError } from '../emulator-error.js'
import { x509 } from './x509.js'

/** Attribute name → OID, with the Cloud Connector's name for e-mail addresses. */
const OIDS: Readonly<Record<string, string>> = {
  CN: '2.5.4.3',
  EMAIL: '1.2.840.113549.1.9.1',
  L: '2.5.4.7',
  OU: '2.5.4.11',
  O: '2.5.4.10',
  ST: '2.5.4.8',
  C: '2.5.4.6'
}

const VARIABLE = /\$\{([^}]*)\}/g

/** A parsed pattern: fills in a user's values and yields the certificate's subject. */
export type SubjectPattern = (resolve: (variable: string) => string | undefined) => JsonNameParams

/**
 * Parses the Cloud Connector's subject pattern, for instance `CN=${name},O=ACME`.
 *
 * The pattern is taken apart *before* values are filled in, and each value becomes one string of
 * the certificate's structure: a name such as `x,O=admin` cannot add a part to the subject.
 * The parts are encoded in reverse, as RFC 4514 section 2.1 has it.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` if the pattern is not a distinguished name
 */
export function parseSubjectPattern(pattern: string): SubjectPattern {
  const parts = parse(pattern)
  return (resolve) =>
    parts
      .map((part) =>
        Object.fromEntries(
          Object.entries(part).map(([name, [value = '']]) => {
            const text = value.replaceAll(VARIABLE, (_, variable: string) =>
              fill(variable, resolve)
            )
            return [OIDS[name] as string, [encode(name, text)]]
          })
        )
      )
      .reverse()
}

/** Thrown if a token has no value for a variable of the pattern. */
export class UnresolvedVariable extends Error {
  constructor(variable: string) {
    super(`the user token has no value for \${${variable}} of the subject pattern`)
  }
}

function fill(variable: string, resolve: (variable: string) => string | undefined): string {
  const value = resolve(variable)
  if (!value) throw new UnresolvedVariable(variable)
  return value
}

/** E-mail addresses are IA5 strings as long as they are ASCII; a country code is always printable. */
function encode(name: string, text: string) {
  const isAscii = Buffer.byteLength(text) === text.length
  if (name === 'EMAIL' && isAscii) return { ia5String: text }
  return name === 'C' && /^[A-Z]{2}$/.test(text) ? { printableString: text } : { utf8String: text }
}

function parse(pattern: string): Record<string, string[]>[] {
  const names = Object.fromEntries(Object.entries(OIDS).map(([name, oid]) => [oid, name]))
  let parts: Record<string, string[]>[] = []
  try {
    parts = new x509.Name(pattern, names).toJSON()
  } catch {
    // reported below
  }
  const isKnown = (name: string) => Object.hasOwn(OIDS, name)
  if (!parts.length || !parts.every((part) => Object.keys(part).every(isKnown))) {
    throw new EmulatorError(
      'ERR_EMULATOR_OPTIONS',
      `subjectPattern "${pattern}" is not a subject: use for instance "CN=\${name}" with the attributes ${Object.keys(OIDS).join(', ')}`
    )
  }
  return parts
}
