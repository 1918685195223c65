// `npm start`: makes the clone ready, then runs the sample with `cds watch` on Node 24.
import fs from 'node:fs'
import process from 'node:process'
import { setup } from './setup.mjs'
import { inRoot } from './setup/root.mjs'
import { portProblem } from './start/port.mjs'
import { watch } from './start/watch.mjs'

try {
  const problem = await portProblem(process.env.PORT ?? '4004')
  if (problem) throw new Error(problem)
  await setup()
  // with the profile in which queued work keeps its author; other projects that link this package never have it
  const { CDS_ENV = hasDelegations() ? 'tonight' : '' } = process.env
  watch(process.argv.slice(2), { env: { CDS_ENV } })
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}

/** Queued work keeps its author from CAP 10 on. */
function hasDelegations() {
  const { version } = JSON.parse(
    fs.readFileSync(inRoot('node_modules/@sap/cds/package.json'), 'utf8')
  )
  return Number.parseInt(version, 10) >= 10
}
