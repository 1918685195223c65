// `npm run start:external`: makes the clone ready, then runs the sample with users of an OpenID Connect provider.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { inRoot } from './setup/root.mjs'
import { environment, runtime } from './setup/runtime.mjs'
import { setup } from './setup.mjs'
import { portProblem } from './start/port.mjs'
import { endTogetherWith } from './start/watch.mjs'

try {
  const { PORT = '4004', IDP_PORT = '4011' } = process.env
  const problem = (await portProblem(PORT)) ?? (await portProblem(IDP_PORT, 'IDP_PORT'))
  if (problem) throw new Error(problem)
  await setup()
  const child = spawn(runtime, [inRoot('scripts/external/run.mjs'), ...process.argv.slice(2)], {
    cwd: inRoot(),
    env: environment({ PORT, IDP_PORT }),
    stdio: 'inherit'
  })
  endTogetherWith(child)
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
