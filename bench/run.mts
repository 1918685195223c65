import tls from 'node:tls'

import type { Emulator } from '../emulator/src/index.js'
import { type Options, readCommandLine } from './command-line.js'
import { startLandscape } from './support/landscape.js'
import { report, type Row } from './report.js'
import { closeConnections } from './support/side.js'
import { type Run, STEPS } from './steps.js'
import { table } from './support/targets.js'

const options = readCommandLine(process.argv.slice(2))
if ('print' in options) {
  console.log(options.print)
  process.exitCode = options.exitCode
} else {
  await measure(options)
}

async function measure({ steps, quick }: Options): Promise<void> {
  const effort = quick ? { rounds: 3, milliseconds: 100 } : { rounds: 15, milliseconds: 400 }
  let started: Promise<Emulator> | undefined
  const run: Run = { effort, quick, landscape: () => (started ??= trustedLandscape()) }
  const rows: Row[] = []
  try {
    // one after the other: they would disturb each other
    for (const step of steps) {
      console.log(`measuring ${STEPS[step]?.title ?? step} …`)
      const targets = (await STEPS[step]?.measure(run)) ?? []
      console.log(table(targets))
      rows.push(...targets.map((each) => ({ step, ...each })))
    }
  } finally {
    closeConnections()
    await (await started)?.stop()
  }
  if (!quick) report(rows, steps)
}

async function trustedLandscape(): Promise<Emulator> {
  const emulator = await startLandscape()
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), emulator.ca])
  return emulator
}
