import { relative, resolve } from 'node:path'

import cds from '@sap/cds'

import { checkNames, type Finding } from '../restrictions/check-names.js'
import type { NameSources } from '../restrictions/known-names.js'
import { unsafeFinding } from '../restrictions/report-unsafe.js'
import type { Model } from '../restrictions/restricted-definition.js'
import { rewriteModel } from '../restrictions/rewrite-model.js'

/** Options of `cds-principal lint`. */
export interface LintOptions {
  /** Folder of the CAP project. */
  readonly project: string
  /** `text` for people, `json` for scripts, `sarif` for code scanning. */
  readonly format: 'text' | 'json' | 'sarif'
}

/** A finding as it is printed. */
interface Printed {
  readonly rule: Finding['rule']
  readonly message: string
  readonly file?: string
  readonly line?: number
}

/**
 * Checks the restrictions of a project: attributes and roles that no token can bring, and conditions that can't be made
 * safe. Prints what it finds; the exit code is 1 if there is something.
 *
 * @internal
 */
export async function lint({ project, format }: LintOptions): Promise<void> {
  const root = resolve(project)
  cds.root = root
  const csn = (await cds.load('*')) as unknown as Model
  const { auth } = cds.env.requires as unknown as { auth?: NameSources }
  const model = cds.compile.for.nodejs(csn as never) as unknown as Model
  const unsafe = rewriteModel(model).map(unsafeFinding)
  const findings = [...checkNames(csn, root, auth ?? {}), ...unsafe].map((each) =>
    printed(each, root)
  )
  process.stdout.write(`${FORMATS[format](findings)}\n`)
  if (findings.length) process.exitCode = 1
}

function printed({ rule, message, definition }: Finding, root: string): Printed {
  const { file, line } = definition.$location ?? {}
  return {
    rule,
    message,
    ...(file && { file: relative(root, resolve(root, file)) }),
    ...(line && { line })
  }
}

const FORMATS: Record<LintOptions['format'], (findings: readonly Printed[]) => string> = {
  text: (findings) => findings.map(asLine).join('\n') || 'No findings.',
  json: (findings) => JSON.stringify({ findings }, null, 2),
  sarif: (findings) => JSON.stringify(asSarif(findings), null, 2)
}

function asLine({ rule, message, file, line }: Printed): string {
  const place = file ? `${file}${line ? `:${String(line)}` : ''}: ` : ''
  return `${place}${message} (${rule})`
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function asSarif(findings: readonly Printed[]): object {
  const rules = [...new Set(findings.map(({ rule }) => rule))].map((id) => ({ id }))
  const driver = { name: 'cds-principal', rules }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results: findings.map(asResult) }]
  }
}

function asResult({ rule, message, file, line }: Printed): object {
  const region = line && { region: { startLine: line } }
  const physicalLocation = { artifactLocation: { uri: file?.replaceAll('\\', '/') }, ...region }
  return {
    ruleId: rule,
    level: rule === 'unsafe-condition' ? 'error' : 'warning',
    message: { text: message },
    ...(file && { locations: [{ physicalLocation }] })
  }
}
