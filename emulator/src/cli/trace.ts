import { setTimeout as sleep } from 'node:timers/promises'

import { askLandscape } from '../process/control.js'
import { traceLines } from '../recorder/trace-lines.js'
import type { Trace } from '../recorder/types.js'

/** Options of `cds-principal trace`. */
export interface TraceOptions {
  readonly json?: boolean
  readonly follow?: boolean
  /** Folder of the CAP project whose landscape is asked. */
  readonly project: string
}

/** Milliseconds that one question waits for the next request. */
const SLICE = 20_000

/** Milliseconds between two looks for a landscape that was stopped, as `cds watch` does when its configuration changes. */
const RESTART = 1000

/**
 * Prints what became of the last requests to the application that runs with the landscape of the project.
 *
 * @throws Error with the next step, when no landscape runs
 */
export async function printTraces({ json, follow, project }: TraceOptions): Promise<void> {
  const print = (trace: Trace) => {
    process.stdout.write(
      json ? `${JSON.stringify(trace)}\n` : `${traceLines(trace).join('\n')}\n\n`
    )
  }
  let known = await tracesAfter(project, 0, 0)
  if (!known) {
    throw new Error(
      `no emulator is running for ${project}: start it with "npx cds-principal-emulator" or "cds watch" there`
    )
  }
  known.forEach(print)
  let after = lastOf(known, 0)
  while (follow) {
    known = await tracesAfter(project, after, SLICE)
    if (!known) {
      after = 0
      await sleep(RESTART)
      continue
    }
    known.forEach(print)
    after = lastOf(known, after)
  }
}

async function tracesAfter(
  project: string,
  after: number,
  timeout: number
): Promise<Trace[] | undefined> {
  const answer = await askLandscape(
    project,
    'POST',
    '/traces',
    { after, timeout },
    timeout + 10_000
  )
  return (answer?.body as { traces?: Trace[] } | undefined)?.traces
}

const lastOf = (traces: readonly Trace[], before: number) =>
  Math.max(before, ...traces.map(({ version }) => version))
