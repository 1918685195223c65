import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Options, readCommandLine } from './command-line.js'
import { Findings } from './findings.js'
import { findPrograms, type Programs, startFleet } from './fleet.js'
import { type Result, runFleet } from './run.js'

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
  const folder = isolate()
  const findings = new Findings()
  const length = calls === undefined ? `${String(seconds)} s` : `${String(calls)} calls`
  console.log(`The fleet starts: ${length}, seed ${String(seed)}, ${String(cpus().length)} cores`)
  try {
    const start = Date.now()
    const fleet = await startFleet(programs, findings)
    console.log(`It has started within ${String(Math.round((Date.now() - start) / 1000))} s.`)
    try {
      report(await runFleet(fleet, options, findings))
    } finally {
      await fleet.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  if (findings.isEmpty) {
    console.log('\nNo wrong author, nothing lost, nothing twice, no secret anywhere.')
  } else {
    console.log(`\nFindings, seed ${String(seed)}:\n${findings.toString()}`)
    process.exitCode = 1
  }
}

/** Gives the processes a home and a folder for temporary files of their own. */
function isolate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cdsp-')) // short: the path of a socket has about 100 characters at most
  chmodSync(folder, 0o711) // the account of PostgreSQL has a folder below it
  const home = join(folder, 'home')
  mkdirSync(home)
  Object.assign(process.env, { HOME: home, USERPROFILE: home, TMPDIR: folder })
  process.env['SAP_CLOUD_SDK_LOG_LEVEL'] ??= 'error'
  return folder
}

function report({ load, ledger, faults }: Result): void {
  const { acknowledged, executedUnknown, notExecutedUnknown } = ledger.summary()
  console.log('\n| calls | outcome | number | ms on average |\n| --- | --- | --- | --- |')
  for (const [name, { number, milliseconds }] of [...load.counts].sort(([a], [b]) =>
    a.localeCompare(b)
  )) {
    const [kind = '', ...outcome] = name.split(' ')
    const average = String(Math.round(milliseconds / number))
    console.log(`| ${kind} | ${outcome.join(' ')} | ${String(number)} | ${average} |`)
  }
  console.log(`| all | | ${String(load.calls)} | |`)
  console.log('\n| fault | number |\n| --- | --- |')
  for (const [name, count] of faults) console.log(`| ${name} | ${String(count)} |`)
  console.log(`\nWork in the systems: ${String(acknowledged)} acknowledged, and without an answer:
${String(executedUnknown)} executed, ${String(notExecutedUnknown)} not executed.`)
}
