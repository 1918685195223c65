import { explainCode } from './codes/explain-code.js'
import { findCode } from './codes/sections.js'
import { explainStory } from './story/explain-story.js'
import { explainToken, type TokenOptions } from './token/explain-token.js'
import { tokenAsArgument } from './token/read-token.js'
import type { Report } from './report.js'

export type { Report } from './report.js'

/** Options of `cds-principal explain`. */
export type ExplainOptions = TokenOptions

/**
 * Explains an error code, a token, or what happened to a request.
 *
 * @param subject - the code, `token` for one from the standard input, or the correlation id of the request
 * @throws Error with the next step
 * @internal
 */
export function explain(subject: string, options: ExplainOptions): Promise<Report> {
  if (subject.toLowerCase() === 'token') return explainToken(options)
  if (TOKEN.test(subject)) throw tokenAsArgument('explain token')
  if (isCorrelationId(subject)) return explainStory(subject, options)
  return explainCode(subject, options)
}

/** True for what is no code, near to none, and can be the id of a request. */
function isCorrelationId(subject: string): boolean {
  const found = findCode(subject)
  const isCode = found.code !== undefined || found.similar !== undefined || /^ERR/i.test(subject)
  return !isCode && /^[\w.:-]{8,128}$/.test(subject)
}

/** Beginning of a token: it stays out of messages. */
const TOKEN = /eyJ|bearer/i
