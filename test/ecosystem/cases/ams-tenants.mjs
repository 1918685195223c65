import { call, expect, printed } from '../support/client.mjs'
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

const EDITOR_OF_DE = ['shop.ReaderOfDE', 'shop.EditorOfDE']

/** `@sap/ams` in an application with subscribers: policies are assigned in each tenant, also to users of the same name. */
export default function amsTenants(version) {
  return [{ name: `cap${version}/ams-tenants`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'ams-tenants')
  const servers = []
  const start = async (...args) => {
    servers.push(await project.startCds(...args))
    return servers.at(-1)
  }
  try {
    await project.cdsOrThrow('add', 'multitenancy')
    addShop(project)
    project.configure(({ cds }) => {
      cds.requires.auth['[development]'] = {
        users: {
          alice: { tenant: 't1', policies: EDITOR_OF_DE },
          mallory: { tenant: 't1' },
          erin: { tenant: 't2', policies: ['cap.Reader', 'cap.Editor'] }
        },
        emulator: { tenants: { t2: { users: { alice: { policies: ['cap.Reader'] } } } } }
      }
    })
    await project.cdsOrThrow('add', 'principal')
    await addPolicies(project)
    const sidecar = await start(['serve'], { cwd: project.path('mtx/sidecar') })
    const main = await start(['serve', '--profile', 'with-mtx'])
    await start(['mock', 'API_EQUIPMENT'])
    for (const tenant of ['t1', 't2']) {
      await project.cdsOrThrow('subscribe', tenant, '--to', sidecar.url, '-u', 'yves:')
    }
    await policiesHold(project, main)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    project.remove()
  }
}

async function policiesHold(project, main) {
  const as = async (user, tenant) => ({
    token: await issueToken(project, user, ...(tenant ? ['--tenant', tenant] : []))
  })
  const [alice, mallory, erin, other] = [
    await as('alice', 't1'),
    await as('mallory', 't1'),
    await as('erin', 't2'),
    await as('alice', 't2')
  ]
  await policiesAreLoaded(main, erin)
  await createOrders(main, alice, [order(10, 'alice', 'DE'), order(11, 'alice', 'FR')])
  for (const who of [alice, erin]) {
    await createOrders(main, who, [order(30, undefined, 'DE'), order(31, undefined, 'FR')])
  }
  // one after the other, and again: what is added for one tenant is not there for the next one
  for (let i = 0; i < 2; i++) {
    await reads(main, alice, [10, 30], 'alice of t1: her orders of DE')
    await reads(main, other, [30, 31], 'alice of t2: orders of all countries, of her tenant')
    await reads(main, erin, [30, 31], "erin of t2: everybody's")
  }
  const refused = await call(main, 'GET', ORDERS, mallory)
  expect(refused.status === 403, 'without a policy nothing', refused, main)
  await printed(
    main,
    /needs the role .*"Reader.*Assign a policy/,
    'and the log says how to get one'
  )
  await writes(main, { alice, erin, other })
}

const order = (ID, owner, country) => ({
  ...{ ID, country, title: 'An order' },
  owner: owner ? mailOf(owner) : 'anybody'
})

/** A policy does not say what may be written; with what it hides, the answer is empty (204). */
async function createOrders(main, who, orders) {
  for (const body of orders) {
    const created = await call(main, 'POST', ORDERS, { ...who, body })
    expect([201, 204].includes(created.status), `order ${body.ID} is created`, created, main)
  }
}

/** By the policies of the own tenant, in its database, and in the remote system as the own user. */
async function writes(main, { alice, erin, other }) {
  const body = { title: 'Of t1' }
  for (const [who, ID, status] of [
    [alice, 30, 200],
    [alice, 31, 403],
    [alice, 20, 404],
    [other, 30, 403],
    [erin, 31, 200],
    [erin, 10, 404]
  ]) {
    const changed = await call(main, 'PATCH', `${ORDERS}(${ID})`, { ...who, body })
    expect(changed.status === status, `${ID}: ${status}`, changed, main)
  }
  const own = { ...order(40, 'alice', 'DE') }
  const foreign = await call(main, 'POST', ORDERS, { ...erin, body: own })
  expect(foreign.status === 403, 'erin writes none under the name of alice', foreign, main)
  const there = await call(main, 'GET', `${ORDERS}(30)`, erin)
  expect(there.body?.title === 'An order', 'the other tenant has its own order', there, main)
  for (const [name, who] of [
    ['ALICE', alice],
    ['ERIN', erin]
  ]) {
    const path = `${PUMPS}('T-${name}')`
    const pump = { ID: `T-${name}`, name: 'Pump' }
    const created = await call(main, 'POST', PUMPS, { ...who, body: pump })
    expect(created.status === 201, `${name} creates a pump`, created, main)
    const read = await call(main, 'GET', path, who)
    const isOwn = read.body?.changedBy?.startsWith(name)
    expect(isOwn, `as ${name} in the remote system`, read, main)
  }
  const refused = await call(main, 'POST', PUMPS, { ...other, body: { ID: 'T-OTHER' } })
  expect(refused.status === 403, 'alice of t2 may not create one', refused, main)
}
