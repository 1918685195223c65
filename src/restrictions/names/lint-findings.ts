import { relative, resolve } from 'node:path'

import { cap } from '../../cap.js'
import { checkNames } from './check.js'
import type { NameSources, SecurityDescriptor } from './known.js'
import { joinFindings, unsafeFinding } from './report.js'
import type { Model } from '../model/definition.js'
import { rewriteModel } from '../model/rewrite.js'
import type { Finding } from './finding.js'

/** A finding with its place in the project. */
export interface LintFinding {
  readonly rule: Finding['rule']
  /** True for a condition with which the application does not start in production. */
  readonly isError: boolean
  readonly message: string
  /** Path relative to the project folder. */
  readonly file?: string
  readonly line?: number
}

/**
 * Checks the restrictions of a model: attributes and roles that no token can bring, and conditions that can't be made safe.
 *
 * @param csn - as `cds.load` returns it
 * @param root - folder of the project, with its `xs-security.json`
 * @param auth - what `nameSources` returns
 * @param descriptor - content of `xs-security.json`, where it is not in that folder
 * @internal
 */
export function lintFindings(
  csn: object,
  root: string,
  auth: NameSources,
  descriptor?: SecurityDescriptor
): LintFinding[] {
  const model = cap.compile.for.nodejs(csn)
  const unsafe = rewriteModel(model).map(unsafeFinding)
  const findings = [
    ...checkNames(csn as Model, root, auth, descriptor),
    ...unsafe,
    ...joinFindings(model)
  ]
  return findings.map((each) => located(each, root))
}

function located({ rule, message, definition }: Finding, root: string): LintFinding {
  const { file, line } = definition.$location ?? {}
  return {
    rule,
    isError: rule === 'unsafe-condition',
    message,
    ...(file && { file: relative(root, resolve(root, file)) }),
    ...(line && { line })
  }
}

/** Returns a finding as one line of text. */
export function lineOf({ rule, message, file, line }: LintFinding): string {
  const place = file ? `${file}${line ? `:${String(line)}` : ''}: ` : ''
  return `${place}${message} (${rule})`
}
