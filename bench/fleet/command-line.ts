import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

/** How long the fleet runs, and with which sequence of random numbers. */
export interface Options {
  /** Seconds after which it ends. */
  readonly seconds: number | undefined
  /** Calls after which it ends, if that is earlier. */
  readonly calls: number | undefined
  readonly seed: number
  /** File for the result, as Markdown. */
  readonly result: string | undefined
}

/** True if the instances share tokens of users: with an odd seed, so that runs have the default as well. */
export function sharesUserTokens(seed: number): boolean {
  return seed % 2 === 1
}

const USAGE = `Runs four processes of the sample behind nginx, with Redis, PostgreSQL and the landscape, breaks what can
break, and compares with the systems' own records: no wrong author, nothing lost, nothing twice, no secret anywhere.

  npm run fleet                       60 seconds
  npm run fleet -- --seconds 600      ten minutes
  npm run fleet -- --calls 1000000    until so many calls were made, with rarer faults
  npm run fleet -- --seed 7           the faults and calls of this seed; odd ones share tokens of users
  npm run fleet -- --result FILE      writes the result to a file as well, as Markdown

The exit code is 1 if there are findings, 2 for a wrong option. Without nginx, redis-server or PostgreSQL nothing runs.`

const OPTIONS = {
  seconds: { type: 'string' },
  calls: { type: 'string' },
  seed: { type: 'string' },
  result: { type: 'string' },
  help: { type: 'boolean', short: 'h' }
} as const

/**
 * Reads the command line.
 *
 * @returns what to print and the exit code, if there is nothing to run
 */
export function readCommandLine(args: string[]): Options | { print: string; exitCode: number } {
  try {
    const { values } = parseArgs({ args, options: OPTIONS })
    if (values.help) return { print: USAGE, exitCode: 0 }
    const { seconds = values.calls === undefined ? '60' : undefined, calls, seed, result } = values
    return {
      result,
      seconds: seconds === undefined ? undefined : numberOf('seconds', seconds),
      calls: calls === undefined ? undefined : numberOf('calls', calls),
      seed: seed === undefined ? randomInt(1, 1_000_000) : numberOf('seed', seed)
    }
  } catch (error) {
    return { print: `${(error as Error).message}\n\n${USAGE}`, exitCode: 2 }
  }
}

function numberOf(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Error(`--${name} must be a whole number above 0`)
}
