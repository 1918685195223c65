import { parseArgs } from 'node:util'

import { STEPS } from './steps.js'

/** What is to be measured, and how. */
export interface Options {
  /** Names of steps, all of them without `--only`. */
  readonly steps: readonly string[]
  readonly quick: boolean
}

const USAGE = `Measures what the plugin costs, side by side with the stock stack.

  npm run bench                       all steps; writes bench/results.json and the table in docs/performance.md
  npm run bench -- --only lists,auth  these steps; replaces their rows
  npm run bench -- --quick            a look, too short for exact values; writes nothing
  npm run bench -- --list             names of the steps

--only can be repeated and combined with --quick. PROFILE=<folder> lets servers of steps write a CPU profile.`

/**
 * Reads the command line.
 *
 * @returns what to print and the exit code, if there is nothing to measure
 */
export function readCommandLine(args: string[]): Options | { print: string; exitCode: number } {
  try {
    const { values } = parseArgs({ args, options: OPTIONS })
    if (values.help) return { print: USAGE, exitCode: 0 }
    if (values.list) return { print: listed(), exitCode: 0 }
    const only = (values.only ?? []).flatMap((names) => names.split(','))
    for (const name of only)
      if (!Object.hasOwn(STEPS, name)) throw new Error(`there is no step "${name}"`)
    const steps = Object.keys(STEPS).filter((name) => !only.length || only.includes(name))
    return { steps, quick: values.quick ?? false }
  } catch (error) {
    return { print: `${(error as Error).message}\n\nSteps:\n${listed()}\n\n${USAGE}`, exitCode: 2 }
  }
}

const OPTIONS = {
  only: { type: 'string', multiple: true },
  quick: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' }
} as const

function listed(): string {
  const width = Math.max(...Object.keys(STEPS).map((name) => name.length))
  return Object.entries(STEPS)
    .map(([name, { title }]) => `  ${name.padEnd(width)}  ${title}`)
    .join('\n')
}
