import { explainCode } from './codes/explain-code.js'
import { explainToken, type TokenOptions } from './token/explain-token.js'
import type { Report } from './report.js'

export type { Report } from './report.js'

/** Options of `cds-principal explain`. */
export type ExplainOptions = TokenOptions

/**
 * Explains an error code, or a token.
 *
 * @param subject - the code, or `token` for one from the standard input
 * @throws Error with the next step
 * @internal
 */
export function explain(subject: string, options: ExplainOptions): Promise<Report> {
  if (subject.toLowerCase() === 'token') return explainToken(options)
  if (TOKEN.test(subject)) throw new Error(NO_ARGUMENT)
  return explainCode(subject, options)
}

/** Beginning of a token: it stays out of messages. */
const TOKEN = /eyJ|bearer/i

const NO_ARGUMENT =
  'a token as argument stays in the history of the shell: pipe it ("… | npx cds-principal explain token")'
