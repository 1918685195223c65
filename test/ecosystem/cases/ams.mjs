import { aliceIsAlice, call, expect, printed } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { runOrThrow } from '../support/processes.mjs'
import { Project } from '../support/project.mjs'
import process from 'node:process'

const ORDERS = '/odata/v4/shop/Orders'
const PUMPS = '/odata/v4/shop/Pumps'
const MAIL = (user) => `${user}@example.com`

/** Roles come from policies only, the filter by country too; the filter by owner is the application's. */
const MODEL = `
using { API_EQUIPMENT } from './external/API_EQUIPMENT';
entity shop.Orders { key ID : Integer; owner : String; country : String; title : String }
service ShopService @(requires: ['Reader', 'Editor']) {
  @ams.attributes: { country: (country) }
  @restrict: [
    { grant: 'READ', to: 'Reader', where: (owner = $user.email or owner = 'anybody') },
    { grant: '*', to: 'Editor', where: (owner = $user.email or owner = 'anybody') }
  ]
  entity Orders as projection on shop.Orders;
  @requires: 'Editor'
  entity Pumps as projection on API_EQUIPMENT.Equipment {
    key Equipment as ID, EquipmentName as name, LastChangedByUser as changedBy
  }
}
`
const HANDLER = `import cds from '@sap/cds'
export default async (srv) => {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  srv.on('*', 'Pumps', (req) => s4.run(req.query))
}
`
const POLICIES = `
POLICY ReaderOfDE { USE cap.Reader RESTRICT country = 'DE'; }
POLICY EditorOfDE { USE cap.Editor RESTRICT country = 'DE'; }
`
const ROWS = ['alice', 'bob', 'anybody'].flatMap((owner, i) =>
  ['DE', 'FR'].map((country, j) => ({
    ID: 10 * (i + 1) + j,
    owner: owner === 'anybody' ? owner : MAIL(owner),
    country,
    title: 'An order'
  }))
)
const USERS = {
  alice: {
    roles: ['Technician', 'Viewer'],
    attr: { plant: ['1010'] },
    policies: ['shop.ReaderOfDE', 'shop.EditorOfDE']
  },
  bob: { policies: ['cap.Reader'] },
  mallory: {}
}

let count = 0

/** `@sap/ams` with `@sap/ams-dev`, as they are: a base policy, restricted policies, and nobody's. */
export default function ams(version) {
  return [{ name: `cap${version}/ams`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'ams')
  try {
    configure(project)
    // base policies are generated from the model, and edited: what may be restricted
    await project.cdsOrThrow('build', '--production')
    const generated = project.read('ams/dcl/cap/basePolicies.dcl')
    expect(/POLICY "Reader"/.test(generated), 'base policies are generated', generated)
    const restrictable = generated.replace(
      /(ASSIGN ROLE "(?:Reader|Editor)")/g,
      '$1 WHERE country IS NOT RESTRICTED'
    )
    project.write('ams/dcl/cap/basePolicies.dcl', restrictable)
    project.write('ams/dcl/shop/policies.dcl', POLICIES)
    await development(project)
    await production(project)
  } finally {
    project.remove()
  }
}

function configure(project) {
  project.addPlantService()
  project.addPrincipal({ after: ['@sap/ams', '@sap/ams-dev'] })
  project.configure(({ cds }) => {
    cds.requires.auth['[development]'] = { users: USERS }
    cds.requires.identity = true
    cds.requires.db = { '[production]': { kind: 'sqlite', credentials: { url: 'db.sqlite' } } }
  })
  project.write('srv/shop-service.cds', MODEL)
  project.write('srv/shop-service.js', HANDLER)
  const rows = ROWS.map((row) => Object.values(row).join(';'))
  project.write('db/data/shop-Orders.csv', [Object.keys(ROWS[0]).join(';'), ...rows].join('\n'))
}

/** With the emulated landscape of the development server, and a mock of the on-premise system beside it. */
async function development(project) {
  const server = await project.startCds(['watch', '--livereload', 'false'])
  try {
    const mock = await project.startCds(['mock', 'API_EQUIPMENT'])
    try {
      const shown = /alice +Technician, Viewer · policy shop\.ReaderOfDE/
      expect(shown.test(server.output()), 'policies of users are shown', undefined, server)
      await policiesHold(server, (user) => issueToken(project, user))
      await aliceIsAlice(server, { user: 'alice' })
    } finally {
      await mock.stop()
    }
  } finally {
    await server.stop()
  }
}

async function issueToken(project, user) {
  const cli = project.bench.bin('cds-principal/dist/cli/main.js')
  const args = [cli, 'token', user, '--issuer', 'ias']
  const { cwd, env } = { cwd: project.folder, env: project.env() }
  return (await runOrThrow(process.execPath, args, { cwd, env })).trim()
}

/** As built, with bindings from another process. */
async function production(project) {
  await project.cdsOrThrow('deploy', '--to', 'sqlite:gen/srv/db.sqlite')
  const landscape = await startLandscape(project)
  try {
    const server = await project.startServer('gen/srv', {
      NODE_ENV: 'production',
      ...landscape.env
    })
    try {
      await policiesHold(server, (user) => landscape.token(user, { issuer: 'ias' }))
      await aliceIsAlice(server, { token: await landscape.token('alice') })
    } finally {
      await server.stop()
    }
  } finally {
    await landscape.stop()
  }
}

async function policiesHold(server, tokenOf) {
  const as = async (user) => ({ token: await tokenOf(user) })
  const [alice, bob, mallory] = await Promise.all(['alice', 'bob', 'mallory'].map(as))
  await policiesAreLoaded(server, bob)
  // one after the other, and again: what is added for one user is not there for the next one
  for (let i = 0; i < 2; i++) {
    await reads(server, bob, [20, 21, 30, 31], "the base policy: bob's orders of all countries")
    await reads(server, alice, [10, 30], "the assigned policy: alice's orders of DE")
  }
  const refused = await call(server, 'GET', ORDERS, mallory)
  expect(refused.status === 403, 'without a policy nothing', refused, server)
  await printed(server, /no role .*"Reader.*Assign a policy/, 'and the log says how to get one')
  await writes(server, alice, bob)
  await writesRemotely(server, alice, bob)
}

/** Policies are loaded in the background; requests are 500 until then. */
async function policiesAreLoaded(server, user) {
  let answer
  for (let i = 0; i < 60; i++) {
    answer = await call(server, 'GET', ORDERS, user)
    if (answer.status !== 500) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  expect(false, 'the policies are loaded', answer, server)
}

async function reads(server, user, ids, what) {
  const { body, ...answer } = await call(server, 'GET', `${ORDERS}?$orderby=ID`, user)
  const actual = body?.value?.map(({ ID }) => ID)
  expect(String(actual) === String(ids), what, { ...answer, actual }, server)
}

/** Only where the policy and the restriction both allow it; records that only a policy hides are 403, as CAP has it. */
async function writes(server, alice, bob) {
  const body = { title: 'Changed' }
  for (const [who, ID, status] of [
    [alice, 10, 200],
    [alice, 30, 200],
    [alice, 11, 403],
    [alice, 20, 404],
    [alice, 21, 404],
    [bob, 20, 403]
  ]) {
    const changed = await call(server, 'PATCH', `${ORDERS}(${ID})`, { ...who, body })
    const what = `${who === alice ? 'alice' : 'bob'} changes ${ID}: ${status}`
    expect(changed.status === status, what, changed, server)
  }
}

/** A role by policy is one for remote calls, too, which are made as the token's user. */
async function writesRemotely(server, alice, bob) {
  const body = { ID: `AMS-${++count}`, name: 'Pump' }
  const refused = await call(server, 'POST', PUMPS, { ...bob, body })
  expect(refused.status === 403, 'bob may not create a pump', refused, server)
  const created = await call(server, 'POST', PUMPS, { ...alice, body })
  expect(created.status === 201, 'alice creates a pump', created, server)
  const read = await call(server, 'GET', `${PUMPS}('${body.ID}')`, alice)
  expect(/^ALICE/.test(read.body?.changedBy), 'as ALICE in the remote system', read, server)
}
