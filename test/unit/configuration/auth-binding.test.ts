import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import cds from '@sap/cds'

const { VCAP_SERVICES } = process.env
let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-binding-'))
  symlinkSync(resolve(__dirname, '../../../node_modules'), join(root, 'node_modules'))
})
afterEach(() => {
  rmSync(root, { recursive: true, force: true })
  delete process.env.VCAP_SERVICES
  if (VCAP_SERVICES !== undefined) process.env.VCAP_SERVICES = VCAP_SERVICES
})

const service = (label: string, ...names: string[]) =>
  names.map((name) => ({ label, name, tags: [label], credentials: { clientid: name } }))
const XSUAA = service('xsuaa', 'first', 'second')
const IDENTITY = service('identity', 'ias')
const BOTH = { xsuaa: XSUAA, identity: IDENTITY }

/** What `cds.env` of a project with the plugin has as the credentials of `auth`. */
function binding(vcapServices: object, auth: unknown): unknown {
  process.env.VCAP_SERVICES = JSON.stringify(vcapServices)
  const dependencies = { 'cds-principal': '*' }
  const manifest = { name: 'app', dependencies, cds: { requires: { auth } } }
  writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  const { requires } = cds.env.for('cds', root) as { requires: { auth: { credentials?: object } } }
  return (requires.auth.credentials as { clientid?: string } | undefined)?.clientid
}

const principal = (vcap: unknown) => ({ kind: 'principal', vcap })
/** What `cds bind auth --to <instance> --kind principal` writes; VCAP_SERVICES has the name `auth` then. */
const BOUND = principal({ name: 'auth' })

test.each<[string, unknown, object, unknown]>([
  ['XSUAA', 'principal', BOTH, 'first'],
  ['Identity Authentication where no XSUAA is', 'principal', { identity: IDENTITY }, 'ias'],
  ['none where none is', 'principal', {}, undefined],
  ['the one of a name', principal({ name: 'second' }), BOTH, 'second'],
  ['the one of a label', principal({ label: 'identity' }), BOTH, 'ias'],
  ['the one of a name without a label', principal({ name: 'ias', label: null }), BOTH, 'ias'],
  ['the first that there is of a list', principal([{ name: 'x' }, { name: 'ias' }]), BOTH, 'ias'],
  ['the XSUAA of cds bind', BOUND, { xsuaa: service('xsuaa', 'x', 'auth') }, 'auth'],
  [
    'the Identity Authentication of cds bind',
    BOUND,
    { xsuaa: service('xsuaa', 'xsuaa'), identity: service('identity', 'auth') },
    'auth'
  ]
])('authentication is bound to %s', (_, auth, vcapServices, expected) => {
  expect(binding(vcapServices, auth)).toBe(expected)
})
