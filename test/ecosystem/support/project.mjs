import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { run, runOrThrow, serve } from './processes.mjs'

/** Kinds of projects that CAP's own tools create: facets of `cds init`, and the ending of its handlers. */
export const KINDS = {
  esm: { facets: { 10: [], 9: ['esm'] }, extension: 'js', module: true },
  cjs: { facets: { 10: ['cjs'], 9: [] }, extension: 'js', module: false },
  ts: { facets: { 10: ['typescript'], 9: ['typescript'] }, extension: 'ts', module: true }
}

const MODEL = `
using { API_EQUIPMENT } from './external/API_EQUIPMENT';
service PlantService @(requires: 'authenticated-user') {
  @restrict: [
    { grant: 'READ', to: 'Viewer', where: (plant = $user.plant) },
    { grant: '*', to: 'Technician', where: (plant = $user.plant) }
  ]
  entity Equipment as projection on API_EQUIPMENT.Equipment {
    key Equipment as ID, EquipmentName as name, MaintenancePlant as plant, LastChangedByUser as changedBy
  }
}
`
const API = `
@cds.external service API_EQUIPMENT {
  @cds.persistence.skip entity Equipment {
    key Equipment : String(18); EquipmentName : String(40); MaintenancePlant : String(4); LastChangedByUser : String(12);
  }
}
`
const HANDLER = `import cds from '@sap/cds'
export default async (srv: any) => {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  srv.on('*', 'Equipment', (req: any) => s4.run(req.query))
}
`
/** The mock does what S/4 does: it says who has changed a record. */
const MOCK = `export default (srv: any) => {
  srv.before(['CREATE', 'UPDATE'], 'Equipment', (req: any) => { req.data.LastChangedByUser = req.user.id.toUpperCase() })
}
`
const withoutTypes = (source) => source.replaceAll(': any', '')
const asCommonJs = (source) =>
  source
    .replaceAll(/^import (\w+) from ('.+')$/gm, 'const $1 = require($2)')
    .replaceAll(/^export default /gm, 'module.exports = ')

export const REQUIRES = {
  auth: {
    kind: 'principal',
    '[development]': {
      users: {
        alice: { roles: ['Technician', 'Viewer'], attr: { plant: ['1010'] } },
        bob: { roles: ['Viewer'], attr: { plant: ['1010'] } }
      }
    }
  },
  API_EQUIPMENT: {
    kind: 'odata',
    model: 'srv/external/API_EQUIPMENT',
    credentials: { destination: 'S4', path: '/sap/opu/odata/sap/API_EQUIPMENT' },
    onBehalfOf: 'namedUser'
  }
}
/** A CAP project below a bench, created by `cds init`. */
export class Project {
  constructor(bench, kind, name) {
    Object.assign(this, { bench, kind, name, folder: path.join(bench.folder, name) })
  }

  static async create(bench, kind, name, facets = ['tiny-sample']) {
    const project = new Project(bench, kind, name)
    project.remove()
    const added = [...KINDS[kind].facets[bench.version], ...facets]
    const options = added.length ? ['--add', added.join(',')] : []
    const [node, cds] = bench.cds
    await runOrThrow(node, [cds, 'init', name, '--nodejs', ...options], { cwd: bench.folder })
    return project
  }

  /** Adds a service over an imported API, whose handler and mock are written in the project's language. */
  addPlantService() {
    this.write('srv/plant-service.cds', MODEL)
    this.write('srv/external/API_EQUIPMENT.cds', API)
    this.writeModule('srv/plant-service', HANDLER)
    this.writeModule('srv/external/API_EQUIPMENT', MOCK)
  }

  /** Adds the plugin as its README says, with the configuration of the service. */
  addPrincipal({ before = [], after = [] } = {}) {
    const latest = (names) => Object.fromEntries(names.map((name) => [name, '*']))
    this.configure((manifest) => {
      const { cds = {} } = manifest
      manifest.dependencies = {
        ...manifest.dependencies,
        ...latest([...before, 'cds-principal', ...after])
      }
      manifest.cds = { ...cds, requires: { ...cds.requires, ...REQUIRES } }
    })
  }

  configure(change) {
    const manifest = JSON.parse(this.read('package.json'))
    change(manifest)
    this.write('package.json', JSON.stringify(manifest, null, 2))
  }

  write(name, text) {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true })
    fs.writeFileSync(this.path(name), text)
  }

  /**
   * Writes a module in the project's language.
   *
   * @param name - without an ending
   * @param source - an ES module in TypeScript, with `: any` as its only type
   * @returns its name with the ending
   */
  writeModule(name, source) {
    const { extension, module } = KINDS[this.kind]
    const typed = extension === 'ts' ? source : withoutTypes(source)
    this.write(`${name}.${extension}`, module ? typed : asCommonJs(typed))
    return `${name}.${extension}`
  }

  read(name) {
    return fs.readFileSync(this.path(name), 'utf8')
  }

  path(name) {
    return path.join(this.folder, name)
  }

  copy(name) {
    const copied = new Project(this.bench, this.kind, name)
    copied.remove()
    fs.cpSync(this.folder, copied.folder, { recursive: true })
    return copied
  }

  remove() {
    for (const folder of [this.folder, `${this.folder}-home`]) {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  }

  /** Environment with a home of its own, where CAP keeps its registry of local services: projects run side by side. */
  env(more = {}) {
    const HOME = `${this.folder}-home`
    fs.mkdirSync(HOME, { recursive: true })
    return { HOME, PORT: '0', ...more }
  }

  /** Runs a `cds` command in the project: exit code and output. */
  cds(args, options = {}) {
    const [node, cds] = this.bench.cds
    return run(node, [cds, ...args], { ...options, cwd: this.folder, env: this.env(options.env) })
  }

  async cdsOrThrow(...args) {
    const [node, cds] = this.bench.cds
    return runOrThrow(node, [cds, ...args], { cwd: this.folder, env: this.env() })
  }

  /** Starts `cds watch`, `cds mock` and the like. A mock is one that others find. */
  async startCds(args, options = {}) {
    const [node, cds] = this.bench.cds
    const { env, untilRegistered = args[0] === 'mock', ...others } = options
    // `cds-tsx`: only the commands serve and watch look for TypeScript by themselves
    const tsx = this.kind === 'ts' && args[0] === 'mock' ? [this.bench.bin('tsx/dist/cli.mjs')] : []
    const command = [...tsx, cds, ...args]
    const server = await serve(node, command, {
      ...{ cwd: this.folder, ...others },
      env: this.env(env)
    })
    if (untilRegistered) await this.#registered(args[1], server)
    return server
  }

  /** Waits for CAP's registry of local services, which a mock writes some time after it listens, without telling. */
  async #registered(service, server) {
    const registry = path.join(`${this.folder}-home`, '.cds-services.json')
    const content = () => (fs.existsSync(registry) ? fs.readFileSync(registry, 'utf8') : '')
    const end = Date.now() + 60_000
    while (!content().includes(`"${service}"`)) {
      if (Date.now() > end) throw new Error(`${service} is not registered:\n${server.output()}`)
      await sleep(50)
    }
  }

  /** Starts the server without the development kit, as deployed applications do; in `folder` below the project. */
  startServer(folder, env) {
    const [node, cdsServe] = this.bench.cdsServe
    return serve(node, [cdsServe], { cwd: this.path(folder), env: this.env(env) })
  }
}
