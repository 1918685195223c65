import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

import { processEnvironment } from '../../support/environment.js'

const ROOT = resolve(__dirname, '../../..')

/** Loads a library before or after it is left out of `DEBUG`, and says which loggers are on. */
const SCRIPT = `
  const { createRequire } = require('node:module')
  const load = () => {
    require('@sap/xssec')
    const sdk = createRequire(require.resolve('@sap-cloud-sdk/http-client'))
    const redirects = createRequire(createRequire(sdk.resolve('axios')).resolve('follow-redirects'))
    const connectivity = createRequire(require.resolve('@sap-cloud-sdk/connectivity'))
    const environment = createRequire(connectivity.resolve('@sap/xsenv'))
    return [createRequire(require.resolve('@sap/xssec'))('debug'), redirects('debug'), environment('debug')]
  }
  if (process.argv[1] === 'before') for (const debug of load()) debug('express')
  require('./dist/lib/log.js').quietLibraries()
  const [xssec, redirects, environment] = load()
  const loggers = [xssec('xssec'), redirects('follow-redirects'), environment('xsenv'), xssec('express')]
  console.log(JSON.stringify(loggers.map((each) => each.enabled)))
`

test.each(['before', 'after'])(
  'libraries that log secrets are off, loaded %s they are left out of DEBUG',
  (when) => {
    const env = { ...processEnvironment(), DEBUG: '*' }
    const output = execFileSync(process.execPath, ['-e', SCRIPT, when], { cwd: ROOT, env })
    const last = String(output).trim().split('\n').at(-1) ?? ''
    expect(JSON.parse(last)).toEqual([false, false, false, true])
  }
)
