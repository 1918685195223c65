import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { processEnvironment } from '../../support/environment.js'

const root = path.resolve(__dirname, '../../..')
const CDS = path.join(root, 'node_modules/@sap/cds-dk/bin/cds.js')
const parser = createRequire(require.resolve('@sap/cds/package.json'))('yaml')

/** A model with a role and an attribute. */
export const MODEL = `
service CatalogService {
  @restrict: [{ grant: 'READ', to: 'Viewer', where: (plant = $user.plant) }]
  entity Books { key ID : Integer; plant : String; }
}`

/** Words of a command that has written parts for one issuer only. */
export const AGAIN = 'Run "cds add principal" again'

/** A project with XSUAA in production, and a destination that is on premise. */
export const MANIFEST = {
  name: 'bookshop',
  type: 'module',
  dependencies: { '@sap/cds': '^10' },
  devDependencies: { 'cds-principal': '^0.1.0' },
  cds: {
    requires: {
      API: { kind: 'odata-v2', model: 'srv/api', credentials: { destination: 'S4' } },
      '[production]': { auth: 'xsuaa' }
    }
  }
}

let folder: string

/** Creates a project with {@link MANIFEST} and {@link MODEL} in a new folder. */
export function createProject(): void {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-commands-'))
  fs.symlinkSync(path.join(root, 'node_modules'), inProject('node_modules'))
  write('package.json', JSON.stringify(MANIFEST, null, 2))
  write('srv/api.cds', '@cds.external service API {}')
  write('srv/cat-service.cds', MODEL)
}

/** Removes the folder of the project. */
export function removeProject(): void {
  fs.rmSync(folder, { recursive: true })
}

/** Returns the path of a file of the project. */
export const inProject = (name: string) => path.join(folder, name)

/** Writes a file of the project. */
export function write(name: string, text: string): void {
  fs.mkdirSync(path.dirname(inProject(name)), { recursive: true })
  fs.writeFileSync(inProject(name), text)
}

/** Returns the text of a file of the project. */
export const read = (name: string) => fs.readFileSync(inProject(name), 'utf8')
/** Returns the content of a JSON file of the project. */
export const json = (name: string) => JSON.parse(read(name))
/** Returns the content of a YAML file of the project. */
export const yaml = (name: string) => parser.parse(read(name))

/** Runs a command of cds in the project. */
export function run(...args: string[]) {
  const options = { cwd: folder, encoding: 'utf8', env: processEnvironment() } as const
  const { status, stdout, stderr } = spawnSync(process.execPath, [CDS, ...args], options)
  return { status, output: stdout + stderr }
}

/** Runs `cds add`, and returns what it has printed. */
export function add(...args: string[]): string {
  const { status, output } = run('add', ...args)
  if (status !== 0) throw new Error(output)
  return output
}
