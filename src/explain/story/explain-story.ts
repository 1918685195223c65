import { createInterface } from 'node:readline'

import { askRunningLandscape } from '../../development/running.js'
import { openProject, type ProjectOptions } from '../project/project.js'
import { heading, type Report, wrap } from '../report.js'
import { type Step, stepIn } from './log-line.js'
import { stepsOf, type Trace } from './trace-steps.js'

/**
 * Tells what happened to one request, across the queue: by the lines of a log on the standard input, and by what the landscape
 * that runs has recorded.
 *
 * @param id - correlation id
 * @internal
 */
export async function explainStory(id: string, options: ProjectOptions): Promise<Report> {
  const steps = withoutTwins([...(await fromLog(id)), ...(await fromLandscape(id, options))])
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
  const answer = await askRunningLandscape<{ traces?: Trace[] }>('POST', '/traces', {})
  return (answer?.body.traces ?? [])
    .filter(({ correlationId, origin }) => [correlationId, origin].includes(id))
    .flatMap(stepsOf)
}

/** A failure can be in the log and in the record of the landscape: the one whose time is known stays. */
function withoutTwins(steps: readonly Step[]): Step[] {
  const timed = new Set(steps.flatMap((step) => (step.time === undefined ? [] : keyOf(step))))
  const isTwin = (step: Step) => step.time === undefined && step.hop && timed.has(keyOf(step))
  return steps.filter((step) => !isTwin(step))
}

const keyOf = ({ code, hop }: Step) => `${String(code)} ${String(hop)}`

/** Lines without a time stay behind the line before them. */
function inOrder(steps: readonly Step[]): Step[] {
  let last = -Infinity
  const timed = steps.map((step) => ({ step, at: (last = step.time ?? last) }))
  return timed.toSorted((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ step }) => step)
}

function lineOf({ time, place, text, code, hop, fix }: Step, start: number | undefined): string {
  const since =
    time === undefined || start === undefined ? '' : `+${String(Math.round(time - start))} ms`
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
