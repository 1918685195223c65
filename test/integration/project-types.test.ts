import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { SAMPLE } from '../support/sample.js'

const CDS = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')

const MODEL = `service Notes {
  @restrict: [{ grant: 'READ', to: 'Reader', where: (owner = $user) }]
  entity Mine { key ID : Integer; owner : String; }
}`

/** What `cds-serve` does before it loads a model, then what the plugin's activation has got. */
const ACTIVATE = `const cds = require('@sap/cds')
cds.cli = { command: 'serve', options: {}, argv: [] }
cds.plugins.then(() => {
  console.log('bound:', Object.keys(cds.env.requires.auth.credentials).includes('clientid'))
  process.exit()
})`

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true })
})

/** As npm does it: the package without the sample and its configuration. */
function installInto(modules: string): void {
  fs.mkdirSync(modules)
  for (const name of fs.readdirSync(join(SAMPLE, 'node_modules'))) {
    if (name === 'cds-principal') continue
    fs.symlinkSync(join(SAMPLE, 'node_modules', name), join(modules, name))
  }
  for (const name of ['dist', 'auth.js', 'cds-plugin.js', 'package.json']) {
    fs.cpSync(join(SAMPLE, name), join(modules, 'cds-principal', name), { recursive: true })
  }
}

/** A project that has the plugin in its dependencies and nothing of its own but a service. */
function project(type: string): (...args: string[]) => string {
  const root = fs.mkdtempSync(join(tmpdir(), 'cds-principal-project-'))
  folders.push(root)
  installInto(join(root, 'node_modules'))
  fs.mkdirSync(join(root, 'srv'))
  fs.writeFileSync(join(root, 'srv/notes.cds'), MODEL)
  fs.writeFileSync(join(root, 'activate.cjs'), ACTIVATE)
  const dependencies = { '@sap/cds': '*', 'cds-principal': '*' }
  const manifest = { name: 'notes', type, dependencies, cds: { requires: { auth: 'principal' } } }
  fs.writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  const { PATH, HOME } = process.env
  return (...args) =>
    execFileSync(process.execPath, args, {
      cwd: root,
      env: { PATH, HOME },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe']
    })
}

describe.each(['module', 'commonjs'])('a project of type %s', (type) => {
  test('CAP waits for the activation', () => {
    expect(project(type)('activate.cjs')).toContain('bound: true')
  })

  test('cds build has the conditions as they were modelled', () => {
    const run = project(type)
    run(CDS, 'build', '--production')
    const csn = fs.readFileSync(join(folders.at(-1)!, 'gen/srv/srv/csn.json'), 'utf8')
    const { definitions } = JSON.parse(csn) as { definitions: Record<string, object> }
    expect(definitions['Notes.Mine']).toMatchObject({
      '@restrict': [{ where: { xpr: [{ ref: ['owner'] }, '=', { ref: ['$user', 'id'] }] } }]
    })
  })
})
