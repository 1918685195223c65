import cds from '@sap/cds'

import { cap, useProject } from '../cap.js'
import { nameSources } from '../restrictions/names/known.js'
import { lineOf, type LintFinding, lintFindings } from '../restrictions/names/lint-findings.js'

/** Options of `cds-principal lint`. */
export interface LintOptions {
  /** Folder of the CAP project. */
  readonly project: string
  /** `text` for people, `json` for scripts, `sarif` for code scanning. */
  readonly format: 'text' | 'json' | 'sarif'
}

/**
 * Checks the restrictions of a project: attributes and roles that no token can bring, and conditions that can't be made
 * safe. Prints what it finds; the exit code is 1 if there is something.
 *
 * @internal
 */
export async function lint({ project, format }: LintOptions): Promise<void> {
  useProject(project)
  const csn = await cds.load('*')
  const findings = lintFindings(csn, cds.root, nameSources(cap.env.requires))
  process.stdout.write(`${FORMATS[format](findings)}\n`)
  if (findings.length) process.exitCode = 1
}

const FORMATS: Record<LintOptions['format'], (findings: readonly LintFinding[]) => string> = {
  text: (findings) => findings.map(lineOf).join('\n') || 'No findings.',
  json: (findings) => JSON.stringify({ findings: findings.map(asJson) }, null, 2),
  sarif: (findings) => JSON.stringify(asSarif(findings), null, 2)
}

function asJson({ rule, message, file, line }: LintFinding): object {
  return { rule, message, ...(file && { file }), ...(line && { line }) }
}

/** @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function asSarif(findings: readonly LintFinding[]): object {
  const rules = [...new Set(findings.map(({ rule }) => rule))].map((id) => ({ id }))
  const driver = { name: 'cds-principal', rules }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results: findings.map(asResult) }]
  }
}

function asResult({ rule, isError, message, file, line }: LintFinding): object {
  const region = line && { region: { startLine: line } }
  const physicalLocation = { artifactLocation: { uri: file?.replaceAll('\\', '/') }, ...region }
  return {
    ruleId: rule,
    level: isError ? 'error' : 'warning',
    message: { text: message },
    ...(file && { locations: [{ physicalLocation }] })
  }
}
