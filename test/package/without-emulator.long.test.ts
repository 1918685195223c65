import { generateKeyPairSync } from 'node:crypto'
import path from 'node:path'

import { installApp, type InstalledApp } from './installed-app.js'

const INSTALL_EMULATOR = 'npm add --save-dev cds-principal-emulator'
const INSTALL_XML = 'npm add @xmldom/xmldom xml-crypto'
const SERVE = 'node_modules/@sap/cds/bin/serve.js'

let app: InstalledApp
beforeAll(() => {
  app = installApp('app', [], { emulator: false })
}, 300_000)
afterAll(() => {
  app?.remove()
})

/** What a process of the project prints that fails. */
function failure(args: string[], env: NodeJS.ProcessEnv = {}): string {
  try {
    return `it did not fail: ${app.node(args, { PORT: '0', ...env })}`
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    return stdout + stderr
  }
}

describe('the plugin alone, as in production', () => {
  test('a development server without bindings does not start, and says what to install', () => {
    const printed = failure([SERVE])
    expect(printed).toContain(INSTALL_EMULATOR)
    expect(printed).not.toMatch(/server listening|MODULE_NOT_FOUND/)
  })

  test('cds-principal/emulator says it', () => {
    const printed = failure(['--eval', "require('cds-principal/emulator')"])
    expect(printed).toContain(INSTALL_EMULATOR)
  })

  test.each([
    ['token', 'alice'],
    ['job', 'alice'],
    ['trace', 'alice'],
    ['delegations', 'init', '--out', 'keys.json']
  ])('the command %s says it in one line', (...command) => {
    const bin = path.join(app.folder, 'node_modules/.bin/cds-principal')
    const printed = failure([bin, ...command])
    expect(printed).toContain(INSTALL_EMULATOR)
    expect(printed.trim().split('\n')).toHaveLength(1)
  })

  test('the command explain explains a code, a request and a token', () => {
    const bin = path.join(app.folder, 'node_modules/.bin/cds-principal')
    const production = { NODE_ENV: 'production' }
    const printed = app.node([bin, 'explain', 'ERR_TOKEN_AUDIENCE'], production)
    expect(printed).toMatch(/^ERR_TOKEN_AUDIENCE · 401[^]*profiles: production/)
    expect(failure([bin, 'explain', 'no-such-request-1'])).toMatch(/There is no entry/)
    expect(failure([bin, 'explain', 'token', '--as', 'alice'])).toMatch(/no emulator is running/)
  })

  test('the doctor looks at a deployed application', () => {
    const url = 'https://hello.localhost:9'
    const client = { clientid: 'sb-hello!t1', clientsecret: 'not-a-secret', url }
    const xsuaa = { ...client, uaadomain: 'localhost:9', xsappname: 'hello!t1' }
    const bindings = [{ label: 'xsuaa', name: 'hello-auth', tags: ['xsuaa'], credentials: xsuaa }]
    const bin = path.join(app.folder, 'node_modules/.bin/cds-principal')
    const printed = failure([bin, 'doctor', '--json'], {
      NODE_ENV: 'production',
      VCAP_APPLICATION: '{}',
      VCAP_SERVICES: JSON.stringify({ xsuaa: bindings })
    })
    expect(JSON.parse(printed)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ hop: 'bindings', subject: 'xsuaa "hello-auth"', state: 'ok' }),
        expect.objectContaining({ hop: 'tokens', subject: 'xsuaa "hello-auth"', state: 'mend' }),
        expect.objectContaining({ hop: 'configuration', state: 'ok' })
      ])
    )
    expect(printed).not.toContain('not-a-secret')
  })

  test('an exchange with SAML assertions stops the start, and says what to install', () => {
    const { privateKey: key } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' }
    })
    const issuer = {
      issuer: 'https://idp.example.com',
      audience: 'hello',
      exchange: { grant: 'saml2-bearer', assertionIssuer: 'urn:example:hello', key }
    }
    const credentials = {
      clientid: 'sb-hello!t1',
      clientsecret: 'not-a-secret',
      url: 'https://hello.localhost:9',
      uaadomain: 'localhost:9',
      xsappname: 'hello!t1',
      identityzone: 'hello',
      tenantid: '7f0d5c5e-2a4c-4c0e-9a53-0c8d7c1a3a10'
    }
    const binding = { label: 'xsuaa', name: 'hello-auth', tags: ['xsuaa'], credentials }
    const auth = { kind: 'principal', issuers: { partner: issuer } }
    const printed = failure([SERVE], {
      NODE_ENV: 'production',
      VCAP_SERVICES: JSON.stringify({ xsuaa: [binding] }),
      CDS_CONFIG: JSON.stringify({ requires: { auth } })
    })
    expect(printed).toContain(INSTALL_XML)
    expect(printed).not.toMatch(/server listening|PRIVATE KEY/)
  })
})
