import process from 'node:process'

import { call, expect } from './client.mjs'
import { runOrThrow } from './processes.mjs'

export const ORDERS = '/odata/v4/shop/Orders'
export const PUMPS = '/odata/v4/shop/Pumps'
export const mailOf = (user) => `${user}@example.com`

/** Roles come from policies only, the filter by country too; the filter by owner is the application's. */
const MODEL = `
using { API_EQUIPMENT } from './external/API_EQUIPMENT';
entity shop.Tickets { key ID : Integer; owner : String; country : String; title : String }
entity shop.Orders { key ID : Integer; owner : String; country : String; title : String }
service ShopService @(requires: ['Reader', 'Editor']) {
  @ams.attributes: { country: (country) }
  @restrict: [
    { grant: 'READ', to: 'Reader', where: (owner = $user.email or owner = 'anybody') },
    { grant: '*', to: 'Editor', where: (owner = $user.email or owner = 'anybody') }
  ]
  entity Orders as projection on shop.Orders;
  @odata.draft.enabled
  @ams.attributes: { country: (country) }
  @restrict: [
    { grant: 'READ', to: 'Reader', where: (owner = $user.email or owner = 'anybody') },
    { grant: '*', to: 'Editor', where: (owner = $user.email or owner = 'anybody') }
  ]
  entity Tickets as projection on shop.Tickets;
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
    owner: owner === 'anybody' ? owner : mailOf(owner),
    country,
    title: 'An order'
  }))
)

/** A shop with `@sap/ams` and `@sap/ams-dev`, as they are, and a service over an imported API. */
export function addShop(project) {
  project.addPlantService()
  project.addPrincipal({ after: ['@sap/ams', '@sap/ams-dev'] })
  project.configure(({ cds }) => {
    cds.requires.identity = true
  })
  project.write('srv/shop-service.cds', MODEL)
  project.write('srv/shop-service.js', HANDLER)
  const rows = ROWS.map((row) => Object.values(row).join(';'))
  for (const entity of ['Orders', 'Tickets']) {
    const file = `db/data/shop-${entity}.csv`
    project.write(file, [Object.keys(ROWS[0]).join(';'), ...rows].join('\n'))
  }
}

/** Base policies are generated from the model, and edited: what may be restricted. */
export async function addPolicies(project) {
  await project.cdsOrThrow('build', '--production')
  const generated = project.read('ams/dcl/cap/basePolicies.dcl')
  expect(/POLICY "Reader"/.test(generated), 'base policies are generated', generated)
  const restrictable = generated.replace(
    /(ASSIGN ROLE "(?:Reader|Editor)")/g,
    '$1 WHERE country IS NOT RESTRICTED'
  )
  project.write('ams/dcl/cap/basePolicies.dcl', restrictable)
  project.write('ams/dcl/shop/policies.dcl', POLICIES)
}

/** From the landscape that the project's server has. */
export async function issueToken(project, user, ...more) {
  const cli = project.bench.bin('cds-principal/entry/command.js')
  const args = [cli, 'token', user, '--issuer', 'ias', ...more]
  const { cwd, env } = { cwd: project.folder, env: project.env() }
  return (await runOrThrow(process.execPath, args, { cwd, env })).trim()
}

/** Policies are loaded in the background; requests are 500 until then. */
export async function policiesAreLoaded(server, user) {
  let answer
  for (let i = 0; i < 60; i++) {
    answer = await call(server, 'GET', ORDERS, user)
    if (answer.status !== 500) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  expect(false, 'the policies are loaded', answer, server)
}

/** Expects exactly these orders. */
export async function reads(server, user, ids, what) {
  const { body, ...answer } = await call(server, 'GET', `${ORDERS}?$orderby=ID`, user)
  const actual = body?.value?.map(({ ID }) => ID)
  expect(String(actual) === String(ids), what, { ...answer, actual }, server)
}
