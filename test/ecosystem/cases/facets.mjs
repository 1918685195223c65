import fs from 'node:fs'

import { expect } from '../support/client.mjs'
import { Project } from '../support/project.mjs'

/** Facets that meet `principal`; each of them is a command of its own. */
const FACETS = ['xsuaa', 'destination', 'connectivity', 'mta', 'approuter', 'multitenancy']
const ORDERS = 3

/** `cds add principal` with other facets, in generated orders; `kyma` asks for a chart in place of `mta.yaml`. */
export default function facets(version) {
  const orders = Array.from({ length: ORDERS }, (_, i) =>
    shuffled(['principal', ...FACETS], 7 * version + i)
  )
  const charts = [
    ['principal', 'kyma', 'multitenancy', 'approuter'],
    ['multitenancy', 'kyma', 'approuter', 'principal'],
    ['principal', 'ias', 'kyma', 'approuter', 'principal']
  ]
  const ias = [
    ['ias', 'mta', 'principal', 'approuter'],
    ['mta', 'principal,ias', 'approuter'],
    ['principal', 'ias', 'mta', 'approuter', 'principal']
  ]
  return [...orders, ...charts, ...ias].map((order, i) => ({
    name: `cap${version}/facets/${order.join('-')}`,
    version,
    run: (bench) => run(bench, order, i)
  }))
}

async function run(bench, order, number) {
  const project = await Project.create(bench, 'esm', `facets-${number}`)
  try {
    project.addPlantService()
    project.configure((manifest) => {
      manifest.dependencies['cds-principal'] = '*'
    })
    for (const facet of order) await add(project, facet)
    await check(project, order)
    const before = contents(project)
    await add(
      project,
      order.find((facet) => facet.startsWith('principal'))
    )
    const changes = contents(project).filter((line) => !before.includes(line))
    expect(!changes.length, 'cds add principal once more changes nothing', changes)
  } finally {
    project.remove()
  }
}

const add = (project, facet) =>
  project.cdsOrThrow('add', facet, ...(facet === 'kyma' ? ['--y'] : []))

function contents(project) {
  return ['package.json', 'mta.yaml', 'xs-security.json', 'chart/values.yaml', 'chart/Chart.yaml']
    .filter((name) => fs.existsSync(project.path(name)))
    .flatMap((name) => project.read(name).split('\n'))
}

/** What `auth` was first decides; the facet `ias` adds the other one to a project with `principal`. */
function issuersOf(order) {
  if (!order.some((facet) => facet.includes('ias'))) return ['xsuaa']
  return order[0] === 'principal' ? ['xsuaa', 'identity'] : ['identity']
}

async function check(project, order) {
  for (const profile of ['development', 'production', 'hybrid']) {
    const kind = await project.cdsOrThrow('env', 'requires.auth.kind', '--profile', profile)
    expect(/^'?principal'?$/m.test(kind), `the kind is principal in ${profile}`, kind)
  }
  const issuers = issuersOf(order)
  if (issuers.includes('xsuaa')) {
    const { scopes } = JSON.parse(project.read('xs-security.json'))
    const names = scopes.map(({ name }) => name)
    const wanted = [
      'Viewer',
      'Technician',
      ...(order.includes('multitenancy') ? ['mtcallback'] : [])
    ]
    expect(
      wanted.every((name) => names.includes(`$XSAPPNAME.${name}`)),
      `scopes ${wanted}`,
      names
    )
  }
  if (order.includes('mta')) checkMta(project, order, issuers)
  if (order.includes('kyma')) checkChart(project, order, issuers)
}

function checkMta(project, order, issuers) {
  const { load } = project.bench.yaml
  const { modules, resources } = load(project.read('mta.yaml'))
  const serviceNames = resources.map(({ parameters }) => parameters.service)
  expect(new Set(serviceNames).size === serviceNames.length, 'each service once', serviceNames)
  const services = Object.fromEntries(
    resources.map(({ name, parameters }) => [parameters.service, name])
  )
  const boundTo = (module, ...names) => {
    const required = module.requires.map(({ name }) => name)
    for (const name of names) {
      expect(
        services[name] && required.includes(services[name]),
        `${module.name} is bound to ${name}`,
        {
          required,
          services
        }
      )
    }
  }
  const [srv] = modules.filter(({ path }) => path === 'gen/srv')
  boundTo(
    srv,
    ...issuers,
    'destination',
    ...(order.includes('connectivity') ? ['connectivity'] : [])
  )
  for (const module of modules) {
    if (module.type === 'approuter.nodejs') boundTo(module, ...issuers, 'destination')
    if (module.path === 'gen/mtx/sidecar') boundTo(module, ...issuers, 'saas-registry')
  }
  const wanted = 1 + Number(order.includes('approuter')) + Number(order.includes('multitenancy'))
  expect(modules.length === wanted, `${wanted} modules`, modules)
}

function checkChart(project, order, issuers) {
  const { load } = project.bench.yaml
  const values = load(project.read('chart/values.yaml'))
  const aliases = load(project.read('chart/Chart.yaml')).dependencies.map(({ alias }) => alias)
  const instances = Object.values(values.srv.bindings).map((each) => each.serviceInstanceName)
  expect(
    issuers.every((issuer) => instances.includes(issuer)),
    `the service is bound to ${issuers}`,
    values
  )
  expect(
    values.srv.bindings.auth?.serviceInstanceName === 'xsuaa',
    'the service is bound to XSUAA',
    values
  )
  expect(
    values.srv.bindings.destinations || values.srv.bindings.destination,
    'and to the Destination service',
    values
  )
  expect(aliases.includes('xsuaa') && aliases.includes('destination'), 'instances of both', aliases)
  if (order.includes('multitenancy')) {
    expect(aliases.includes('saas-registry'), 'and of the SaaS registry', aliases)
    expect(
      values.sidecar.bindings.auth?.serviceInstanceName === 'xsuaa',
      'the sidecar, too',
      values
    )
  }
}

/** The same order for the same seed. */
function shuffled(list, seed) {
  const result = [...list]
  let state = seed
  for (let i = result.length - 1; i > 0; i--) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    const j = Math.floor((state / 2_147_483_648) * (i + 1))
    ;[result[i], result[j]] = [result[j], result[i]]
  }
  return result
}
