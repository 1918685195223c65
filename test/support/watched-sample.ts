import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'

import { processEnvironment } from './environment.js'
import { Output, SAMPLE } from './sample.js'

const CDS = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')

/** Starts `cds watch` in a copy of the sample, on a free port. To be ended with `end`, also if it does not come up. */
export function watchSample(root: string): { watch: ChildProcess; output: Output } {
  const watch = spawn(process.execPath, [CDS, 'watch', '--livereload', 'false'], {
    cwd: root,
    env: processEnvironment({ PORT: '0' }),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  return { watch, output: new Output(watch) }
}
