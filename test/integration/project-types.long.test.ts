import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { SAMPLE } from '../support/sample.js'
import { processEnvironment } from '../support/environment.js'

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

/** True for what a suite beside this one may write and remove, as it packs. */
const isPacked = (file: string) => /[\\/]dist[\\/](rooms|all\.d\.ts)$/.test(file)

/** As npm does it: the package without the sample and its configuration. */
function installInto(modules: string): void {
  fs.mkdirSync(modules)
  for (const name of fs.readdirSync(join(SAMPLE, 'node_modules'))) {
    if (name === 'cds-principal') continue
    fs.symlinkSync(join(SAMPLE, 'node_modules', name), join(modules, name))
  }
  for (const name of ['dist', 'auth.js', 'cds-plugin.js', 'package.json']) {
    fs.cpSync(join(SAMPLE, name), join(modules, 'cds-principal', name), {
      recursive: true,
      filter: (file) => !isPacked(file)
    })
  }
}

/** Everything that CAP makes of a model, as one of its commands. */
const COMPILE = `const cds = require('@sap/cds')
cds.cli = { command: process.argv[2], options: {}, argv: [] }
cds.plugins.then(async () => {
  const csn = await cds.load('*')
  const text = (made) => typeof made === 'string' ? made : JSON.stringify([...made?.next ? made : [made]])
  const outputs = {}
  for (const [kind, names] of Object.entries({
    for: ['nodejs', 'java', 'odata', 'sql'],
    to: ['csn', 'cdl', 'yaml', 'json', 'edm', 'edmx', 'sql', 'hana', 'hdbtable', 'serviceinfo']
  })) {
    for (const name of names) outputs[kind + ' ' + name] = text(cds.compile[kind][name](cds.model ?? csn, { service: 'Notes' }))
  }
  outputs.again = JSON.stringify(cds.compile.for.nodejs(cds.minify(cds.compile.for.nodejs(csn))))
  outputs.extended = text(cds.extend(csn).with(cds.parse('extend Notes.Mine with { more : String }')))
  outputs.localized = cds.localize(csn, 'de', cds.compile.to.edmx(csn, { service: 'Notes' }))
  if (process.argv[2]) {
    outputs['nodejs to json'] = cds.compile.to.json(cds.compile.for.nodejs(csn))
  }
  process.stdout.write('\\n' + JSON.stringify(outputs), () => process.exit())
})`

interface Project {
  root: string
  /** Runs Node in it and returns what it printed. */
  run(...args: string[]): string
}

/** A project that has the plugin in its dependencies and nothing of its own but a service. */
function project(type: string, { plugin = true } = {}): Project {
  const root = fs.mkdtempSync(join(tmpdir(), 'cds-principal-project-'))
  folders.push(root)
  installInto(join(root, 'node_modules'))
  fs.mkdirSync(join(root, 'srv'))
  fs.writeFileSync(join(root, 'srv/notes.cds'), MODEL)
  fs.writeFileSync(join(root, 'activate.cjs'), ACTIVATE)
  fs.writeFileSync(join(root, 'compile.cjs'), COMPILE)
  const dependencies = { '@sap/cds': '*', ...(plugin && { 'cds-principal': '*' }) }
  const requires = { auth: plugin ? 'principal' : 'mocked' }
  const manifest = { name: 'notes', type, dependencies, cds: { requires } }
  fs.writeFileSync(join(root, 'package.json'), JSON.stringify(manifest))
  const options = { cwd: root, env: processEnvironment(), encoding: 'utf8' } as const
  return {
    root,
    run: (...args) => execFileSync(process.execPath, args, { ...options, stdio: 'pipe' })
  }
}

describe.each(['module', 'commonjs'])('a project of type %s', (type) => {
  test('CAP waits for the activation', () => {
    expect(project(type).run('activate.cjs')).toContain('bound: true')
  })
})

type Outputs = Record<string, string>

describe("what CAP's tools make of a model is the same as without the plugin", () => {
  const both = () => [project('commonjs'), project('commonjs', { plugin: false })] as const

  test('in a command, and in a script', () => {
    const [{ run }, { run: runWithout }] = both()
    const outputsOf = (printed: string) => JSON.parse(printed.split('\n').at(-1)!) as Outputs
    const expected = outputsOf(runWithout('compile.cjs', 'compile'))
    expect(outputsOf(run('compile.cjs', 'compile'))).toEqual(expected)
    // only a process that can serve has another runtime model
    delete expected['nodejs to json']
    expect(outputsOf(run('compile.cjs', ''))).toEqual(expected)
    expect(Object.keys(expected).length).toBeGreaterThan(15)
  })

  test('cds build --production', () => {
    const [files, expected] = both().map(({ root, run }) => {
      run(CDS, 'build', '--production')
      return filesIn(join(root, 'gen'))
    })
    expect(Object.keys(files!)).toContain('srv/srv/csn.json')
    expect(files).toEqual(expected)
  })
})

/** Content by path; of package.json only that it is there, for it names the plugin. */
function filesIn(folder: string): Record<string, string> {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter((name) => fs.statSync(join(folder, name)).isFile())
  return Object.fromEntries(
    files.map((name) => [
      name,
      name.endsWith('package.json') ? '' : fs.readFileSync(join(folder, name), 'utf8')
    ])
  )
}
