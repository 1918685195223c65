import cds from '@sap/cds'

import { Served } from '../support/served.js'

const EMPTY = {
  restrictions: '@restrict: []',
  grants: '@restrict: [{ grant: [] }]',
  roles: "@restrict: [{ grant: '*', to: [] }]",
  required: '@requires: []'
}
const names = Object.keys(EMPTY)
const entities = Object.entries(EMPTY).map(
  ([name, annotation]) => `${annotation} entity of_${name} { key ID : Integer; text : String };`
)
const MODEL = `service S { ${entities.join('\n')}
  @cds.redirection.target: false
  @restrict: null entity Opened as projection on of_restrictions;
  entity Open { key ID : Integer; ${names.map((name) => `${name} : Association to of_${name};`).join(' ')} }
}`

let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  const row = { ID: 1, text: 'SECRET' }
  for (const name of names) await cds.run(INSERT.into(`S.of_${name}`).entries(row))
  const keys = Object.fromEntries(names.map((name) => [`${name}_ID`, 1]))
  await cds.run(INSERT.into('S.Open').entries({ ID: 1, ...keys }))
})

test.each(names)('no %s: nobody reads it, as in CAP, also by $expand and paths', async (name) => {
  const read = (query: string) =>
    served.as({ roles: ['R'] }, (tx) => tx.run((cds.ql as unknown as Parse)(query)))
  expect(await read(`SELECT from S.of_${name} { ID }`)).toMatchObject({ status: 403 })
  for (const query of [
    `SELECT from S.Open { ${name} { text } }`,
    `SELECT from S.Open { ${name}.text as text }`,
    `SELECT from S.Open { ID } where ${name}.text = 'SECRET'`
  ])
    expect([query, await read(query)]).toMatchObject([query, { code: 'ERR_EXPAND_RESTRICTED' }])
})

test('null takes a restriction away', async () => {
  expect(await served.as({}, (tx) => tx.run(SELECT.from('S.Opened')))).toHaveLength(1)
})

type Parse = (query: string) => object
