import fs from 'node:fs'

import { call, expect } from '../support/client.mjs'
import { Project } from '../support/project.mjs'

const roles = ['Technician', 'Viewer']
const EQUIPMENT = '/odata/v4/plant/Equipment'

/** Plans changes, which are made after the request, and says what is left of them in the tenant of the user. */
const MODEL = `
service PlanService @(requires: 'authenticated-user') {
  action plan(ID : String, name : String, after : String);
  function rows() returns Integer;
  function delegations() returns array of String;
}
`
const HANDLER = `import cds from '@sap/cds'
export default async (srv) => {
  const s4 = await cds.connect.to('API_EQUIPMENT')
  srv.on('plan', ({ data: { ID, name, after } }) => {
    const change = UPDATE('API_EQUIPMENT.Equipment', { Equipment: ID }).set({ EquipmentName: name })
    return after ? s4.schedule(change).as('plan-' + ID).after(after) : cds.queued(s4).run(change)
  })
  srv.on('rows', async () => (await SELECT.from('cds.outbox.Messages')).length)
  srv.on('delegations', async () => {
    const found = await SELECT.from('cds_principal.Delegations').orderBy('issuedAt')
    return found.map(({ author, tenant, state }) => [author, tenant, state].join(' '))
  })
}
`

/** Queued work that keeps its author, with the subscribers of `@sap/cds-mtxs`. Delegations need CAP 10. */
export default function delegations(version) {
  return version === 10 ? [{ name: `cap${version}/delegations/tenants`, version, run }] : []
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'delegations')
  const servers = []
  const start = async (...args) => {
    servers.push(await project.startCds(...args))
    return servers.at(-1)
  }
  try {
    await project.cdsOrThrow('add', 'multitenancy')
    project.addPlantService()
    project.write('srv/plan-service.cds', MODEL)
    project.write('srv/plan-service.js', HANDLER)
    project.addPrincipal()
    project.configure(({ cds }) => {
      // in development, the keys and the way to a token are those of the landscape
      cds.requires.API_EQUIPMENT.delegation = { credentials: 'delegation-keys' }
      cds.requires.auth['[development]'] = {
        users: {
          alice: { tenant: 't1', roles, attr: { plant: ['1010'] } },
          erin: { tenant: 't2', roles, attr: { plant: ['1010'] } }
        }
      }
    })
    await project.cdsOrThrow('add', 'principal')
    await isBuilt(project)
    const sidecar = await start(['serve'], { cwd: project.path('mtx/sidecar') })
    const main = await start(['serve', '--profile', 'with-mtx'])
    await start(['mock', 'API_EQUIPMENT'])
    for (const tenant of ['t1', 't2']) {
      await project.cdsOrThrow('subscribe', tenant, '--to', sidecar.url, '-u', 'yves:')
    }
    await keepsAuthors(main)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    project.remove()
  }
}

/** What is deployed has the table of delegations: in the database of one tenant, and in those that the sidecar deploys. */
async function isBuilt(project) {
  await project.cdsOrThrow('build', '--production')
  for (const file of ['srv/srv/csn.json', 'mtx/sidecar/_main/srv/csn.json']) {
    const { definitions } = JSON.parse(project.read(`gen/${file}`))
    const names = Object.keys(definitions)
    expect(names.includes('cds_principal.Delegations'), `the table is in ${file}`, names)
  }
  const tables = fs.readdirSync(project.path('gen/db/src/gen'))
  expect(tables.includes('cds_principal.Delegations.hdbtable'), 'and deployed', tables)
}

async function keepsAuthors(main) {
  const users = ['alice', 'erin']
  for (const user of users) {
    const body = { ID: `D-${user}`, name: 'Pump', plant: '1010' }
    const created = await call(main, 'POST', EQUIPMENT, { user, body })
    expect(created.status === 201, `${user} creates a record`, created, main)
  }
  // each changes the record of the other one, at the same time
  const others = { alice: 'D-erin', erin: 'D-alice' }
  for (const after of [undefined, '1s']) {
    await Promise.all(
      users.map((user) => plan(main, user, { ID: others[user], name: `by ${user}`, after }))
    )
    for (const user of users) {
      await isDone(main, user)
      const read = await call(main, 'GET', `${EQUIPMENT}('${others[user]}')`, { user })
      const { name, changedBy } = read.body ?? {}
      expect(
        name === `by ${user}` && changedBy === user.toUpperCase(),
        `${user}'s change`,
        read,
        main
      )
    }
  }
  for (const [user, tenant] of [
    ['alice', 't1'],
    ['erin', 't2']
  ]) {
    const { body } = await call(main, 'GET', '/odata/v4/plan/delegations()', { user })
    const expected = [`${user} ${tenant} used`, `${user} ${tenant} used`]
    expect(String(body?.value) === String(expected), `the list of ${tenant}`, body, main)
  }
}

async function plan(main, user, body) {
  const planned = await call(main, 'POST', '/odata/v4/plan/plan', { user, body })
  expect(planned.status === 204, `${user} plans a change`, planned, main)
}

/** Waits until no row is left in the tenant of the user. */
async function isDone(main, user) {
  let answer
  for (let i = 0; i < 300; i++) {
    answer = await call(main, 'GET', '/odata/v4/plan/rows()', { user })
    if (answer.body?.value === 0) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(false, `the work of ${user} is done`, answer, main)
}
