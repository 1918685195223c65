import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { processEnvironment } from '../../support/environment.js'
import { SAMPLE } from '../../support/sample.js'

const CLI = join(SAMPLE, 'dist/cli/main.js')

/** One row of the report, as `--json` prints it. */
export interface Row {
  hop: string
  subject: string
  state: 'ok' | 'mend' | 'warning' | 'unknown'
  cause: string
  sent?: string
  expected?: string
  fix?: string
  code?: string
}

/** What the command has printed, and its exit code. */
export interface Report {
  status: number | null
  text: string
  rows: Row[]
}

/** Runs `cds-principal doctor --json`. */
export async function doctor(
  cwd: string,
  args: string[],
  { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {}
): Promise<Report> {
  const report = await run(cwd, [...args, '--json'], env, input)
  const rows = JSON.parse(report.text) as Row[]
  return { ...report, rows }
}

/** Runs `cds-principal doctor`, and returns all that it prints. */
export async function run(cwd: string, args: string[], env: NodeJS.ProcessEnv, input: string) {
  const child = spawn(process.execPath, [CLI, 'doctor', ...args], {
    cwd,
    env: processEnvironment(env)
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  }
  child.stdin.end(input)
  const status = await new Promise<number | null>((done) => child.once('close', done))
  return { status, text }
}
