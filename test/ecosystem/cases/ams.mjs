import { aliceIsAlice, call, expect, printed } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { Project } from '../support/project.mjs'
import {
  addPolicies,
  addShop,
  issueToken,
  mailOf,
  ORDERS,
  policiesAreLoaded,
  PUMPS,
  reads
} from '../support/shop.mjs'

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
    await addPolicies(project)
    await development(project)
    await production(project)
  } finally {
    project.remove()
  }
}

function configure(project) {
  addShop(project)
  project.configure(({ cds }) => {
    cds.requires.auth['[development]'] = { users: USERS }
    cds.requires.db = { '[production]': { kind: 'sqlite', credentials: { url: 'db.sqlite' } } }
  })
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
  await printed(
    server,
    /needs the role .*"Reader.*Assign a policy/,
    'and the log says how to get one'
  )
  await writes(server, alice, bob)
  await drafts(server, alice, bob)
  await writesRemotely(server, alice, bob)
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

const TICKETS = '/odata/v4/shop/Tickets'
const draft = (ID) => `${TICKETS}(ID=${ID},IsActiveEntity=false)`
const active = (ID) => `${TICKETS}(ID=${ID},IsActiveEntity=true)`
const activate = (ID) => `${draft(ID)}/ShopService.draftActivate`
const edit = (ID) => `${active(ID)}/ShopService.draftEdit`

/**
 * Drafts: a policy says which records may be edited and read, a restriction also what is written, when a draft is activated. What a
 * policy hides of what was written is not answered (204), as in stock.
 */
async function drafts(server, alice, bob) {
  const own = { owner: mailOf('alice'), country: 'DE', title: 'New' }
  const title = { title: 'Changed' }
  for (const [what, who, method, path, body, status] of [
    ['creates a draft', alice, 'POST', TICKETS, { ID: 50, ...own }, 201],
    ['changes it', alice, 'PATCH', draft(50), title, 200],
    ['does not see it', bob, 'GET', draft(50), undefined, 404],
    ['does not change it', bob, 'PATCH', draft(50), title, 403],
    ['activates it', alice, 'POST', activate(50), {}, 201],
    ['creates none without a role', bob, 'POST', TICKETS, { ID: 51, owner: mailOf('bob') }, 403],
    [
      "creates one for bob's",
      alice,
      'POST',
      TICKETS,
      { ID: 52, ...own, owner: mailOf('bob') },
      201
    ],
    ['does not activate it', alice, 'POST', activate(52), {}, 403],
    ['creates one of FR', alice, 'POST', TICKETS, { ID: 53, ...own, country: 'FR' }, 201],
    ['writes it, and gets no answer', alice, 'POST', activate(53), {}, 204],
    ['edits her own', alice, 'POST', edit(10), {}, 201],
    ['changes it', alice, 'PATCH', draft(10), title, 200],
    ['activates it', alice, 'POST', activate(10), {}, 200],
    ['does not edit what a policy hides', alice, 'POST', edit(11), {}, 404],
    ['does not edit what a restriction hides', alice, 'POST', edit(20), {}, 404],
    ['does not edit without a role', bob, 'POST', edit(20), {}, 403],
    ['deletes her own', alice, 'DELETE', active(50), undefined, 204],
    ['does not delete what a policy hides', alice, 'DELETE', active(11), undefined, 403],
    ['does not delete what a restriction hides', alice, 'DELETE', active(20), undefined, 404]
  ]) {
    const answer = await call(server, method, path, { ...who, ...(body && { body }) })
    const name = who === alice ? 'alice' : 'bob'
    expect(answer.status === status, `drafts: ${name} ${what}: ${status}`, answer, server)
  }
  const list = await call(server, 'GET', `${TICKETS}?$orderby=ID`, alice)
  const left = list.body?.value?.map(({ ID, title }) => `${ID} ${title}`)
  expect(String(left) === '10 Changed,30 An order', 'what is left for alice', { left }, server)
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
