import path from 'node:path'

import { aliceIsAlice, expect, printed } from '../support/client.mjs'
import { startCloudFoundry } from '../support/cloud-foundry.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { Project } from '../support/project.mjs'

/** `cds bind` with instances in a space of Cloud Foundry, whose service keys are those of the emulated landscape. */
export default function bind(version) {
  return [{ name: `cap${version}/bind`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'bind')
  const stops = [() => project.remove()]
  try {
    project.addPlantService()
    project.addPrincipal()
    await project.cdsOrThrow('add', 'principal')
    const landscape = await startLandscape(project, { identity: true })
    stops.push(() => landscape.stop())
    const folder = path.join(bench.folder, `cf-${project.name}`)
    const platform = await startCloudFoundry(folder, instances(landscape))
    stops.push(() => platform.stop())
    const context = { project, landscape, platform }
    await asDocumented(context)
    await withIdentity(context)
    await withoutKind(context)
  } finally {
    for (const stop of stops.toReversed()) await stop()
  }
}

/** By the name of the instance: what a service key has. */
function instances({ vcapServices }) {
  const entries = Object.entries(vcapServices).filter(([, [binding] = []]) => binding)
  return Object.fromEntries(
    entries.map(([label, [{ credentials }]]) => [`plant-${label}`, { label, credentials }])
  )
}

const clientOf = ({ vcapServices }, label) => vcapServices[label][0].credentials.clientid

async function cds({ project, platform }, ...args) {
  const { code, output } = await project.cds(args, { env: platform.env })
  expect(code === 0, `cds ${args.join(' ')} succeeds`, output)
  return output
}

/** What `cds.env` has in a profile once the bindings are resolved. */
async function env(context, profile, property) {
  const args = ['env', 'get', property, '--profile', profile, '--resolve-bindings']
  return (await cds(context, ...args)).trim().split('\n').at(-1).replaceAll("'", '')
}

/** The lines of docs/getting-started.md: bindings are used in the profile `hybrid`, where the kind stays. */
async function asDocumented(context) {
  const { project, landscape, platform } = context
  await cds(context, 'bind', 'auth', '--to', 'plant-xsuaa', '--kind', 'principal')
  await cds(context, 'bind', '--to', 'plant-destination,plant-connectivity')
  const made = platform.keys.map(({ name }) => name).toSorted()
  const wanted = ['connectivity', 'destination', 'xsuaa'].map((label) => `plant-${label}-key`)
  expect(String(made) === String(wanted), 'a key of each instance is made', made)
  expect(!project.read('.cdsrc-private.json').includes('clientsecret'), 'and not written down')
  const kind = await env(context, 'hybrid', 'requires.auth.kind')
  expect(kind === 'principal', 'the kind is principal', kind)
  const client = await env(context, 'hybrid', 'requires.auth.credentials.clientid')
  expect(client === clientOf(landscape, 'xsuaa'), 'auth has the binding of the key', client)
  const server = await watch(context, 'hybrid')
  try {
    await aliceIsAlice(server, { token: await landscape.token('alice') })
    const changes = await landscape.changes()
    expect(changes.length === 2, 'the bound landscape was called', changes, server)
    expect(!/emulated|landscape/i.test(server.output()), 'no other one is started', '', server)
  } finally {
    await server.stop()
  }
}

/** `auth` is bound to Identity Authentication, and XSUAA is bound beside it. */
async function withIdentity(context) {
  const { landscape } = context
  const toIdentity = ['auth', '--to', 'plant-identity', '--kind', 'principal', '--for', 'ias']
  await cds(context, 'bind', ...toIdentity)
  await cds(context, 'bind', 'xsuaa', '--to', 'plant-xsuaa', '--kind', 'xsuaa', '--for', 'ias')
  const client = await env(context, 'ias', 'requires.auth.credentials.clientid')
  expect(client === clientOf(landscape, 'identity'), 'auth has the one that it is bound to', client)
}

/** Without the kind, CAP's own is written; the start says so. */
async function withoutKind(context) {
  await cds(context, 'bind', '--to', 'plant-xsuaa', '--for', 'detected')
  const kind = await env(context, 'detected', 'requires.auth.kind')
  expect(/xsuaa/.test(kind), "the kind is CAP's own", kind)
  const server = await watch(context, 'detected')
  try {
    const warning =
      /authentication is of kind "xsuaa.*cds bind auth --to <instance> --kind principal/
    await printed(server, warning, 'the start warns, and names the line')
  } finally {
    await server.stop()
  }
}

function watch({ project, landscape, platform }, profile) {
  const { NODE_EXTRA_CA_CERTS } = landscape.env
  const args = ['watch', '--profile', profile, '--livereload', 'false']
  return project.startCds(args, { env: { NODE_EXTRA_CA_CERTS, ...platform.env } })
}
