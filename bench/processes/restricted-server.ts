import cds from '@sap/cds'

import { installRestrictions } from '../../src/restrictions/install.js'
import { serve } from './serve.js'

/*
 * A process that serves an entity with a condition, with CAP's own authorization. `ours` as the argument adds the plugin's
 * restrictions.
 */

const model = `
entity db.Equipment { key ID : Integer; plant : String(4); name : String; category : String; weight : Decimal; }
service S @(path: '/s') {
  @restrict: [
    { grant: 'READ', to: 'Viewer', where: (plant = $user.plant) },
    { grant: ['READ', 'WRITE'], to: 'Planner', where: (plant = $user.plant) }
  ]
  entity Equipment as projection on db.Equipment;
}`

/** 50 of them in each of two plants. */
const equipment = Array.from({ length: 100 }, (_, ID) => {
  const plant = ID % 2 ? '1010' : '1710'
  return { ID, plant, name: `Equipment ${String(ID)}`, category: 'M', weight: ID }
})

/** A user of its own for each request, as from a token. */
function authenticate(_req: unknown, _res: unknown, next: () => void): void {
  const attr = { plant: ['1010'], email: ['alice@example.com'], costCenter: ['C1', 'C2'] }
  const user = new cds.User({ id: 'alice', roles: ['Viewer'], attr } as never)
  Object.assign(cds.context as object, { user })
  next()
}

if (process.argv[2] === 'ours') installRestrictions()
void serve({ model, rows: { 'db.Equipment': equipment }, auth: authenticate })
