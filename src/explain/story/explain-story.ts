import { createInterface } from 'node:readline'

import { askRunningLandscape } from '../../development/running.js'
import { openProject, type ProjectOptions } from '../project/project.js'
import { heading, type Report, wrap } from '../report.js'
import { type Step, stepIn } from './log-line.js'

/** A request that the landscape has recorded. */
interface RecordedRequest {
  readonly at: string
  readonly endpoint: string
  readonly method: string
  readonly path: string
  readonly status: number
  /** True if a certificate of a user was handed on. */
  readonly asUser?: boolean
}

/**
 * Tells what happened to one request, across the queue: by the lines of a log on the standard input, and by what the landscape
 * that runs has recorded.
 *
 * @param id - correlation id
 * @internal
 */
export async function explainStory(id: string, options: ProjectOptions): Promise<Report> {
  const steps = [...(await fromLog(id)), ...(await fromLandscape(id, options))]
  if (!steps.length) return nothing(id)
  const sorted = inOrder(steps)
  const start = sorted.find(({ time }) => time !== undefined)?.time
  const codes = [...new Set(sorted.flatMap(({ code, hop }) => (code && hop ? code : [])))]
  const lines = [
    `Request ${id}: ${String(steps.length)} ${steps.length === 1 ? 'entry' : 'entries'}`,
    heading('in → CAP → out'),
    ...sorted.map((step) => lineOf(step, start)),
    ...(codes.length ? [heading('More')] : []),
    ...codes.map((code) => `- npx cds-principal explain ${code}`)
  ]
  return {
    explained: true,
    text: lines.join('\n'),
    data: { correlationId: id, steps: sorted, codes }
  }
}

async function fromLog(id: string): Promise<Step[]> {
  const { stdin } = process
  if (stdin.isTTY) return []
  const steps: Step[] = []
  for await (const line of createInterface({ input: stdin, crlfDelay: Infinity })) {
    const step = stepIn(line, id)
    if (step) steps.push(step)
  }
  return steps
}

async function fromLandscape(id: string, options: ProjectOptions): Promise<Step[]> {
  await openProject(options)
  const answer = await askRunningLandscape<{ requests?: RecordedRequest[] }>('POST', '/requests', {
    correlationId: id
  })
  return (answer?.body.requests ?? []).map(({ at, endpoint, method, path, status, asUser }) => ({
    time: Date.parse(at),
    place: 'out',
    text: `${endpoint}: ${method} ${path}, ${status ? String(status) : 'no answer'}${asUser ? ', as the user' : ''}`
  }))
}

/** Lines without a time stay behind the line before them. */
function inOrder(steps: readonly Step[]): Step[] {
  let last = -Infinity
  const timed = steps.map((step) => ({ step, at: (last = step.time ?? last) }))
  return timed.toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ step }) => step)
}

function lineOf({ time, place, text, code, hop, fix }: Step, start: number | undefined): string {
  const since = time === undefined || start === undefined ? '' : `+${String(time - start)} ms`
  const begin = `${since.padStart(9)}  ${place.padEnd(5)}  `
  const what = code ? `${code}${hop ? ` · ${hop}` : ''} · ${text}` : text
  const rest = ' '.repeat(begin.length)
  return [wrap(what, begin), ...(fix ? [wrap(fix, `${rest}→ `, `${rest}  `)] : [])].join('\n')
}

function nothing(id: string): Report {
  const text =
    `There is no entry with the correlation id ${id}. Pipe the log into the command ` +
    '("cf logs <app> --recent | npx cds-principal explain <id>"), or run it in the folder of a project ' +
    'whose "cds watch" runs.'
  return { explained: false, text: wrap(text), data: { correlationId: id, steps: [] } }
}
