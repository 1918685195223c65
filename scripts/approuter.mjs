// `npm run approuter`: the application router in front of the sample that `npm start` runs, with its login page.
// API (default http://localhost:4004) and PORT (default 5000) move the two; bindings in VCAP_SERVICES are taken as they are.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { inRoot } from './setup/root.mjs'
import { environment, runtime } from './setup/runtime.mjs'
import { setup } from './setup.mjs'

const { API = 'http://localhost:4004', PORT = '5000' } = process.env

/** Bindings and certificate authority of the landscape that runs for this folder. */
async function landscape() {
  if (process.env.VCAP_SERVICES) {
    return { vcapServices: JSON.parse(process.env.VCAP_SERVICES) }
  }
  await setup()
  const require = createRequire(import.meta.url)
  const { askLandscape } = require('../emulator/dist/process/control.js')
  const answer = await askLandscape(inRoot(), 'GET', '/landscape')
  if (!answer)
    throw new Error('the sample does not run: start it with "npm start" in another terminal')
  return answer.body.landscape
}

async function main() {
  const { vcapServices, ca } = await landscape()
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-approuter-'))
  // certificates are no secret; the bindings stay in the environment
  if (ca) fs.writeFileSync(path.join(folder, 'ca.pem'), ca)
  const destination = { name: 'maintenance-api', url: API, forwardAuthToken: true }
  const child = spawn(runtime, [inRoot('node_modules/@sap/approuter/approuter.js')], {
    cwd: inRoot('app'),
    env: {
      ...environment(),
      ...(ca && { NODE_EXTRA_CA_CERTS: path.join(folder, 'ca.pem') }),
      VCAP_SERVICES: JSON.stringify({ xsuaa: vcapServices.xsuaa }),
      destinations: JSON.stringify([destination]),
      PORT
    },
    stdio: 'inherit'
  })
  console.log(
    `http://localhost:${PORT} leads to the sample at ${API}; the browser warns of the certificate of this landscape`
  )
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code) => {
    fs.rmSync(folder, { recursive: true, force: true })
    process.exitCode = code ?? 0
  })
}

try {
  await main()
} catch (error) {
  console.error(`\n${error.message}\n`)
  process.exitCode = 1
}
