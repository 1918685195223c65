// `npm start`: makes the clone ready, then runs the sample with `cds watch` on Node 24.
import process from 'node:process'
import { setup } from './setup.mjs'
import { portProblem } from './start/port.mjs'
import { watch } from './start/watch.mjs'

try {
  const problem = await portProblem(process.env.PORT ?? '4004')
  if (problem) throw new Error(problem)
  await setup()
  // with the profile in which queued work keeps its author; other projects that link this package never have it
  const { CDS_ENV = 'tonight' } = process.env
  watch(process.argv.slice(2), { env: { CDS_ENV } })
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
