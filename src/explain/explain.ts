import { explainCode } from './codes/explain-code.js'
import type { ProjectOptions } from './project/project.js'
import type { Report } from './report.js'

export type { Report } from './report.js'

/** Options of `cds-principal explain`. */
export type ExplainOptions = ProjectOptions

/**
 * Explains an error code.
 *
 * @param subject - the code
 * @internal
 */
export function explain(subject: string, options: ExplainOptions): Promise<Report> {
  return explainCode(subject, options)
}
