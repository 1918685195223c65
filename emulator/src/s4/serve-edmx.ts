import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, parse, posix, resolve } from 'node:path'

import { behave } from './behave.js'
import { generateRecords, type DataRecord } from './data/generate-records.js'
import type { GatewayService } from './http/gateway.js'
import { inProcessAgent } from './http/in-process-agent.js'
import {
  type Cap,
  findLibrary,
  type Handler,
  loadAdapter,
  loadCap,
  loadExpress
} from './libraries.js'
import { type Csn, entitiesOf } from './model/csn.js'
import { type EdmxFacts, readFacts } from './model/edmx-facts.js'
import { importEdmx } from './model/import-edmx.js'
import { prepareModel } from './model/prepare-model.js'
import type { S4Options } from './protocol.js'
import { applyRules } from './rules/apply-rules.js'
import { parseRules } from './rules/parse-rules.js'

/** One file on its way to a service. */
interface Imported {
  /** Name of the service in the model. */
  readonly name: string
  readonly path: string
  readonly version: 'v2' | 'v4'
  readonly metadata: string
  readonly namespaces: readonly string[]
  readonly csn: Csn
}

/**
 * Imports EDMX files with CAP's import, fills a database in memory with data, and serves the services inside this process.
 *
 * @throws Error that names the file, the package or the rule
 */
export async function serveEdmx(options: S4Options): Promise<GatewayService[]> {
  const { root, data, rules } = options
  const files = await Promise.all(options.edmx.map((each) => importFile(root, each)))
  const same = files.find(
    ({ name }, index) => files.findIndex((each) => each.name === name) < index
  )
  if (same) throw new Error(`there are two services with the name ${same.name}: rename a file`)
  configure(root, data)
  const cap = loadCap(root)
  const definitions = Object.fromEntries(
    files.flatMap((each) => Object.entries(each.csn.definitions))
  )
  const csn: Csn = { $sources: [], definitions }
  const authority = rules && applyRules(csn, parseRules(rules))
  await deploy(cap, csn)
  const app = loadExpress(root)()
  for (const { name } of files) {
    const service = cap.serve(name).from(csn as never) as never as PromiseLike<never> & {
      in: (app: object) => PromiseLike<Parameters<typeof behave>[1]>
      with: (impl: (service: Parameters<typeof behave>[1]) => void) => typeof service
    }
    await service.with((each) => behave(cap, each, csn, authority)).in(app)
  }
  return files.map((file) => ({ ...file, handler: handlerOf(root, file, app) }))
}

async function importFile(
  root: string,
  { file, path }: S4Options['edmx'][number]
): Promise<Imported> {
  const absolute = resolve(root, file)
  const metadata = readText(file, absolute)
  const facts = factsOf(file, metadata)
  const base = parse(file).name
  const folder = facts.version === 'v2' ? '/sap/opu/odata/sap' : '/sap/opu/odata4/sap'
  const own = (path ?? `${folder}/${base}`).replace(/\/+$/, '')
  const served = facts.version === 'v2' ? `${V4_FACE}${own}` : own
  const { name, csn } = prepareModel(await importEdmx(absolute, root), facts, served)
  const { version, namespaces } = facts
  return { name, path: own, version, metadata, namespaces, csn }
}

/** Prefix of the paths at which services of OData V2 have their OData V4 face, for the adapter alone. */
const V4_FACE = '/v4-face'

function readText(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`there is no EDMX file ${name}`, { cause })
  }
}

function factsOf(name: string, metadata: string): EdmxFacts {
  try {
    return readFacts(metadata)
  } catch (cause) {
    const line = (cause as { locator?: { lineNumber?: number } }).locator?.lineNumber
    const place = line ? `, or it is no valid XML at line ${line}` : ''
    throw new Error(`${name}: it is no EDMX file${place}`, { cause })
  }
}

/** CAP reads its configuration when it is loaded: here from this variable, and from no project. */
function configure(root: string, data: string | undefined): void {
  const sqlite = findLibrary('@cap-js/sqlite', root, 'services of EDMX files')
  const levels = {
    cds: 'error',
    odata: 'error',
    cov2ap: 'error',
    'cov2ap/hpm': 'error',
    sql: 'error'
  }
  process.env['CDS_CONFIG'] = JSON.stringify({
    requires: {
      auth: { kind: 's4', impl: join(__dirname, 'auth.js') },
      db: {
        kind: 'sqlite',
        impl: sqlite,
        credentials: { url: ':memory:' },
        pool: { min: 1, max: 1, evictionRunIntervalMillis: 0 },
        data: data === undefined ? [] : [resolve(root, data)]
      }
    },
    features: { mocked_bindings: false },
    cov2ap: { plugin: false },
    log: { levels }
  })
}

/** Records of files first; entities without any get generated ones. */
async function deploy(cap: Cap, csn: Csn): Promise<void> {
  cap.model = cap.compile.for.nodejs(csn) as never
  const db = await cap.connect.to('db')
  cap.db = db
  await cap.deploy(csn).to(db, { silent: true })
  const { SELECT, INSERT } = cap.ql
  const given = new Map<string, DataRecord[]>()
  for (const [name] of entitiesOf(csn)) {
    const records = (await db.run(SELECT.from(name))) as DataRecord[]
    if (records.length) given.set(name, records)
  }
  for (const [name, records] of generateRecords(csn, given)) {
    await db.run(INSERT.into(name).entries(records))
  }
}

function handlerOf(root: string, file: Imported, app: Handler): Handler {
  if (file.version === 'v4') return withOwnNames(file, app)
  const { dir, base } = posix.parse(file.path)
  const adapter = loadAdapter(root)({
    path: dir,
    targetPath: `${V4_FACE}${dir}`,
    services: { [base]: file.name },
    target: 'http://in-process',
    httpAgent: inProcessAgent(
      createServer((req, res) => app(req, res, () => res.writeHead(404).end()))
    ),
    registerOnListening: false,
    excludeNonSelectedKeys: true,
    processForwardedHeaders: false
  })
  // the adapter uses what an application of Express adds to requests
  return loadExpress(root)().use(adapter)
}

/** Operations of OData V4 have the namespace of the file in their names; the imported model has another one. */
function withOwnNames({ name, namespaces }: Imported, app: Handler): Handler {
  const prefixes = namespaces.filter((each) => each && each !== name)
  return (req, res, next) => {
    const [path = '', ...query] = (req.url ?? '').split('?')
    const own = prefixes.reduce((text, each) => text.replaceAll(`/${each}.`, `/${name}.`), path)
    req.url = [own, ...query].join('?')
    app(req, res, next)
  }
}
