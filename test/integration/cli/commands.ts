import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { processEnvironment } from '../../support/environment.js'

/** A command of one of the programs. */
export interface Described {
  /** Words that lead to it, the program's first. */
  words: string[]
  /** Number of its arguments. */
  count: number
  options: string[]
  /** True if it has no commands of its own. */
  isLeaf: boolean
}

/** Returns all commands of both programs. */
export const allCommands = () => talkative(null) as Described[]

/** Returns what the terminal gets from commands that print all their arguments and values. */
export const printed = (lines: string[][]) => talkative(lines) as string[]

function talkative(input: unknown): unknown {
  const output = execFileSync(process.execPath, [join(__dirname, 'talkative.mjs')], {
    input: JSON.stringify(input),
    env: processEnvironment(),
    encoding: 'utf8',
    maxBuffer: 64e6
  })
  return JSON.parse(output) as unknown
}
