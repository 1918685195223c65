// The sample with users of an external identity provider: runs on Node 24, in the folder of the project.
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch } from '../start/watch.mjs'
import { ACCOUNTS } from './accounts.mjs'
import { startProvider } from './provider.mjs'

const { createSigningIdentity } = createRequire(import.meta.url)(
  '../../emulator/dist/saml/signing-identity.js'
)

const issuer = await startProvider(Number(process.env.IDP_PORT ?? 4011))
const child = watch(process.argv.slice(2), {
  cwd: process.cwd(),
  env: { CDS_ENV: 'external', CDS_CONFIG: JSON.stringify(await configuration()) }
})
child.on('exit', (code) => process.exit(code ?? 0))
await listening(process.env.PORT ?? '4004')
announce()

// What is new on every start, and never written to a file; the rest is in .cdsrc.json, profile "external".
async function configuration() {
  const { key, certificate } = await createSigningIdentity('maintenance API')
  const external = { issuer, exchange: { key } }
  const trust = { external: { certificate } }
  return { requires: { auth: { issuers: { external }, emulator: { trust } } } }
}

// So that the lines stand below those of the server; where any port will do, nobody knows which one it is.
async function listening(port) {
  while (port !== '0' && !(await answers(port))) await sleep(200)
}

function answers(port) {
  return new Promise((done) => {
    const socket = connect(Number(port), 'localhost')
    socket.once('connect', () => done(socket.destroy()))
    socket.once('error', () => done())
  })
}

function announce() {
  const idp = issuer === 'http://localhost:4011' ? '' : `ISSUER=${issuer} `
  const { PORT = '4004' } = process.env
  const lines = [
    '',
    `External identity provider: ${issuer}, with the users ${[...ACCOUNTS.keys()].join(', ')}.`,
    'The API accepts its tokens; for S/4 they are exchanged at XSUAA with a SAML assertion. In a second terminal:',
    '',
    `  API=http://localhost:${PORT}/odata/v4/maintenance`,
    `  ALICE="Authorization: Bearer $(${idp}npm run --silent token:external alice)"`,
    `  curl -H "$ALICE" "$API/Equipment?\\$select=id,name,plant&\\$top=3"`,
    `  curl -H "$ALICE" -H 'Content-Type: application/json' -X PATCH -d '{"name":"Pump, checked"}' "$API/Equipment('10000000')"`,
    `  curl -H "$ALICE" "$API/Equipment('10000000')?\\$select=name,lastChangedBy"`,
    ''
  ]
  console.log(lines.join('\n'))
}
