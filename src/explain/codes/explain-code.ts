import { existsSync } from 'node:fs'

import { ownFile } from '../../configuration/own-package.js'
import { ERROR_CODES, type ErrorCode, hopOf } from '../../error-codes.js'
import { openProject, type Project, type ProjectOptions } from '../project/project.js'
import { heading, type Report, wrap } from '../report.js'
import { factsFor } from './facts.js'
import { renderMarkdown } from './markdown.js'
import { findCode } from './sections.js'
import type { Fact } from './fact.js'

/**
 * Explains a code: its section of `docs/errors.md`, and what of the project has to do with it.
 *
 * @param subject - the code, as people write it
 * @internal
 */
export async function explainCode(subject: string, options: ProjectOptions): Promise<Report> {
  const found = findCode(subject)
  if (found.code === undefined) return unknown(subject, found.similar)
  const { code, section } = found
  const { text, pages } = renderMarkdown(section.replace(/^\d{3}\.\s+/, ''))
  const status = Object.hasOwn(ERROR_CODES, code) ? ERROR_CODES[code as ErrorCode] : undefined
  const hop = status && hopOf(code as ErrorCode)
  const facts = await factsIn(code, options)
  const parts = [
    status ? `${code} · ${String(status)} · ${String(hop)}` : code,
    '',
    text,
    heading('In this project'),
    ...facts.map(lineOf),
    heading('More'),
    `- docs/errors.md (of cds-principal), section ${code}`,
    ...pages.map((page) => `- ${page}${existsSync(ownFile(page)) ? '' : ' (of the emulator)'}`)
  ]
  const data = { code, status, hop, text, facts, pages }
  return { explained: true, text: parts.join('\n').trim(), data }
}

/** A project that can't be read is no reason to say nothing. */
async function factsIn(code: string, options: ProjectOptions): Promise<Fact[]> {
  let project: Project
  try {
    project = await openProject(options)
  } catch (error) {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return [{ name: 'project', values: [`can't be read: ${line}`] }]
  }
  return factsFor(code, project)
}

function lineOf({ name, values }: Fact): string {
  const [first = 'none', ...others] = values
  if (!others.length) return wrap(`${name}: ${first}`, '- ')
  return [`- ${name}:`, ...values.map((value) => wrap(value, '  - '))].join('\n')
}

function unknown(subject: string, similar: string | undefined): Report {
  const hint = similar ? ` Did you mean ${similar}?` : ' docs/errors.md has all of them.'
  const text = `There is no code "${subject.slice(0, 100)}".${hint}`
  return { explained: false, text, data: { code: null, similar: similar ?? null, text } }
}
