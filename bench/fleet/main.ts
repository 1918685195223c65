import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { Findings } from './checks/findings.js'
import { type Options, readCommandLine } from './command-line.js'
import { findPrograms, type Programs, startFleet } from './fleet.js'
import { report } from './report.js'
import { runFleet } from './run.js'

/** Seconds for the start and the end of a run. A run of a number of calls has time for two of them in a second. */
const AROUND = 900
const LEAST_RATE = 2

const options = readCommandLine(process.argv.slice(2))
if ('print' in options) {
  console.log(options.print)
  process.exitCode = options.exitCode
} else {
  const programs = findPrograms()
  if (typeof programs === 'string') console.log(`The fleet is skipped: there is no ${programs}.`)
  else void main(programs, options)
}

async function main(programs: Programs, options: Options): Promise<void> {
  const { seed, seconds, calls } = options
  const result = options.result === undefined ? undefined : resolve(options.result)
  const findings = new Findings((line) => {
    console.log(line)
  })
  const folder = isolate()
  endInTime(options, findings)
  const lengths = [seconds && `${String(seconds)} s`, calls && `${String(calls)} calls`]
  const length = lengths.filter(Boolean).join(' or ')
  console.log(`The fleet starts: ${length}, seed ${String(seed)}, ${String(cpus().length)} cores`)
  try {
    const start = Date.now()
    const fleet = await startFleet(programs, options, findings)
    console.log(`It has started within ${String(Math.round((Date.now() - start) / 1000))} s.`)
    try {
      const text = report(await runFleet(fleet, options, findings), options, findings)
      console.log(`\n${text}`)
      if (result !== undefined) writeFileSync(result, `${text}\n`)
    } finally {
      await fleet.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  if (!findings.isEmpty) process.exitCode = 1
}

/** Ends the run, and with it all processes that it has started, on a signal, and when it takes much longer than it should. */
function endInTime({ seconds, calls = 0 }: Options, findings: Findings): void {
  process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143))
  const longest = AROUND + (seconds ?? calls / LEAST_RATE)
  const end = () => {
    console.log(`\nThe run has not ended within ${String(longest)} s.\n${findings.toString()}`)
    process.exit(1)
  }
  // a timer has 2^31 milliseconds at most
  setTimeout(end, Math.min(longest * 1000, 2 ** 31 - 1)).unref()
}

/** Gives the processes a home and a folder for temporary files of their own. */
function isolate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdsp-')) // short: the path of a socket has about 100 characters at most
  chmodSync(folder, 0o711) // the account of PostgreSQL has a folder below it
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const home = join(folder, 'home')
  mkdirSync(home)
  Object.assign(process.env, { HOME: home, USERPROFILE: home, TMPDIR: folder })
  process.env['SAP_CLOUD_SDK_LOG_LEVEL'] ??= 'error'
  return folder
}
