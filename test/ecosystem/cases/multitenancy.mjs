import fs from 'node:fs'

import { call, expect } from '../support/client.mjs'
import { runOrThrow } from '../support/processes.mjs'
import { Project } from '../support/project.mjs'

const BOOKS = '/odata/v4/catalog/Books'
const BOOK = `${BOOKS}(ID=1)`
const EQUIPMENT = '/odata/v4/plant/Equipment'
const roles = ['Technician', 'Viewer']

/** An application with a sidecar of `@sap/cds-mtxs` and two subscribers, in development: what `cds add` makes, and no more. */
export default function multitenancy(version) {
  return [{ name: `cap${version}/multitenancy`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'saas')
  const servers = []
  const start = async (...args) => {
    servers.push(await project.startCds(...args))
    return servers.at(-1)
  }
  try {
    await project.cdsOrThrow('add', 'multitenancy,extensibility')
    project.addPlantService()
    project.addPrincipal()
    project.configure(({ cds }) => {
      cds.requires.auth['[development]'] = {
        users: {
          alice: { tenant: 't1', roles, attr: { plant: ['1010'] } },
          erin: { tenant: 't2', roles, attr: { plant: ['1710'] } }
        }
      }
    })
    await project.cdsOrThrow('add', 'principal')
    const sidecar = await start(['serve'], { cwd: project.path('mtx/sidecar') })
    const main = await start(['serve', '--profile', 'with-mtx'])
    await start(['mock', 'API_EQUIPMENT'])
    await subscribe(project, sidecar, 't1')
    await subscribe(project, sidecar, 't2')
    await ownData(main)
    await remoteCalls(main)
    await upgrade(sidecar)
    await extend(project, sidecar, main)
    await unsubscribe(project, sidecar, main)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    project.remove()
  }
}

const subscribe = (project, sidecar, tenant) =>
  project.cdsOrThrow('subscribe', tenant, '--to', sidecar.url, '-u', 'yves:')

async function ownData(main) {
  const body = { ID: 1, title: 'Of t1' }
  const created = await call(main, 'POST', BOOKS, { user: 'alice', body })
  expect(created.status === 201, 'alice creates a book of her tenant', created, main)
  const other = await call(main, 'GET', BOOK, { user: 'erin' })
  expect(other.status === 404, 'which is not there for erin', other, main)
  const own = await call(main, 'POST', BOOKS, { user: 'erin', body: { ID: 1, title: 'Of t2' } })
  expect(own.status === 201, 'who can have one of the same key', own, main)
}

/** The same mock stands behind both: each of them is known there by the own name. */
async function remoteCalls(main) {
  for (const [user, plant] of [
    ['alice', '1010'],
    ['erin', '1710']
  ]) {
    const body = { ID: `MT-${user}`, name: 'Pump', plant }
    const created = await call(main, 'POST', EQUIPMENT, { user, body })
    expect(created.status === 201, `${user} creates a record in the remote system`, created, main)
    const read = await call(main, 'GET', `${EQUIPMENT}('${body.ID}')`, { user })
    expect(read.body?.changedBy === user.toUpperCase(), `as ${user.toUpperCase()}`, read, main)
  }
}

async function upgrade(sidecar) {
  const body = { tenant: 't1' }
  const upgraded = await call(sidecar, 'POST', '/-/cds/deployment/upgrade', { user: 'yves', body })
  expect([200, 202, 204].includes(upgraded.status), 'the tenant is upgraded', upgraded, sidecar)
}

/** An extension is the subscriber's: one more element, in one tenant. */
async function extend(project, sidecar, main) {
  const extension = new Project(project.bench, 'esm', `${project.name}/extension`)
  extension.write(
    'package.json',
    JSON.stringify({ name: 'extension', version: '1.0.0', extends: 'saas', dependencies: {} })
  )
  await extension.cdsOrThrow('pull', '--from', sidecar.url, '-u', 'bob:')
  await runOrThrow('npm', ['install', '--no-audit', '--no-fund'], { cwd: extension.folder })
  extension.write(
    'srv/extension.cds',
    "using { CatalogService } from 'saas';\nextend CatalogService.Books with { x_shelf : String }\n"
  )
  await extension.cdsOrThrow('push', '--to', sidecar.url, '-u', 'bob:')
  const read = () => call(main, 'GET', BOOK, { user: 'alice' })
  let answer = await read()
  for (let i = 0; i < 60 && !('x_shelf' in (answer.body ?? {})); i++) {
    await new Promise((resolve) => setTimeout(resolve, 1000))
    answer = await read()
  }
  expect('x_shelf' in (answer.body ?? {}), 'the extended model is served', answer, main)
  const other = await call(main, 'GET', BOOK, { user: 'erin' })
  expect(other.status === 200 && !('x_shelf' in other.body), 'to its tenant only', other, main)
  const again = await call(main, 'GET', `${EQUIPMENT}('MT-alice')`, { user: 'alice' })
  expect(again.body?.changedBy === 'ALICE', 'remote calls go on', again, main)
  const list = await call(main, 'GET', EQUIPMENT, { user: 'alice' })
  const plants = list.body?.value?.map(({ plant }) => plant) ?? []
  expect(
    plants.length && plants.every((plant) => plant === '1010'),
    'and restrictions, too',
    list,
    main
  )
}

/** A server keeps the connections that it has; the data of the tenant are gone. */
async function unsubscribe(project, sidecar, main) {
  const hasData = () => fs.existsSync(project.path('db-t2.sqlite'))
  expect(hasData(), 'the tenant has a database', fs.readdirSync(project.folder))
  await project.cdsOrThrow('unsubscribe', 't2', '--from', sidecar.url, '-u', 'yves:')
  expect(!hasData(), 'which is removed with it', undefined, sidecar)
  const here = await call(main, 'GET', BOOK, { user: 'alice' })
  expect(here.status === 200, 'the other one is served', here, main)
}
