import cds from '@sap/cds'

import { type Caller, type ServedOverHttp, serveOverHttp } from './served-over-http.js'

const MODEL = `
entity db.Orders {
  key ID : Integer; plant : String; title : localized String; tags : array of String;
  media : LargeBinary @Core.MediaType: 'text/plain';
  site : Association to db.Sites;
  lines : Composition of many { key pos : Integer; text : String;
    parts : Composition of many { key number : Integer; text : String } };
  notes : Composition of many db.Notes on notes.order = $self;
}
entity db.Notes { key ID : Integer; order : Association to db.Orders; plant : String; text : String; }
entity db.Sites { key ID : Integer; plant : String; name : String;
  orders : Association to many db.Orders on orders.site = $self; rooms : Composition of many { key number : Integer } }
entity db.Nodes { key ID : Integer; plant : String; name : String; parent : Association to db.Nodes;
  children : Composition of many db.Nodes on children.parent = $self; }

@odata: '/s' @hcql: '/h'
service S {
  @restrict: [
    { grant: ['READ', 'WRITE', 'close'], to: 'Technician', where: (plant = $user.plant) },
    { grant: ['CREATE', 'UPDATE'], to: 'Technician', where: (plant = '0000') },
    { grant: 'READ', to: 'Auditor' }
  ]
  entity Orders as projection on db.Orders actions { action close() returns String; };
  entity Lines as projection on db.Orders.lines actions { action mark() returns String; };
  @restrict: [ { grant: '*', to: 'Technician', where: (plant = $user.plant) } ]
  entity Notes as projection on db.Notes;
  @restrict: [ { grant: '*', to: ['Technician'], where: (plant = $user.plant) } ]
  entity Sites as projection on db.Sites;
  @restrict: [ { grant: '*', to: 'Technician', where: (plant = $user.plant) }, { grant: '*', to: 'Forester' } ]
  entity Nodes as select from db.Nodes { *, null as DrillState : String, null as DistanceFromRoot : Int16,
    null as LimitedDescendantCount : Int16, null as LimitedRank : Int16 };
  @cds.redirection.target: false
  entity Renamed as projection on Orders { ID, title, plant as werk };
  @cds.persistence.skip
  @restrict: [ { grant: 'READ', to: 'Technician', where: (plant = $user.plant) } ]
  entity Elsewhere { key ID : Integer; plant : String;
    orders : Association to many Orders on orders.ID = ID; }
  entity Open { key ID : Integer; name : String; order : Association to Orders; }
}
annotate S.Nodes with @Aggregation.RecursiveHierarchy #Nodes : { NodeProperty : ID, ParentNavigationProperty : parent }
  @Hierarchy.RecursiveHierarchy #Nodes : { LimitedDescendantCount : LimitedDescendantCount,
    DistanceFromRoot : DistanceFromRoot, DrillState : DrillState, LimitedRank : LimitedRank };`

/** Text that only a record of another plant has. */
export const SECRET = /SECRET|1710/

/** Orders and what belongs to them: 1 is of plant 1010, 2 of 1710, and 3 of 1010 with a note and at a site of 1710. */
export async function serveOrders(): Promise<ServedOverHttp> {
  const app = await serveOverHttp(MODEL, function () {
    this.on(['close', 'mark'], () => 'done')
    this.on('READ', 'Elsewhere', ({ query }) => readElsewhere(query as never))
    this.on('READ', 'Orders', ({ subject }, next) =>
      isElsewhere(subject) ? [{ ID: 1, title: 'own' }] : next()
    )
  })
  const media = Buffer.from('SECRET').toString('base64')
  const lines = (text: string) => [{ pos: 1, text, parts: [{ number: 1, text }] }]
  const sites = [
    { ID: 1, plant: '1010', name: 'one', rooms: [{ number: 1 }] },
    { ID: 2, plant: '1710', name: 'SECRET', rooms: [{ number: 2 }] }
  ]
  const orders = [
    { ID: 1, plant: '1010', title: 'own', site_ID: 1, lines: lines('own') },
    { ID: 2, plant: '1710', title: 'SECRET', site_ID: 2, lines: lines('SECRET'), media },
    { ID: 3, plant: '1010', title: 'mixed', site_ID: 2 },
    { ID: 4, plant: '0000', title: 'of all' }
  ]
  const notes = [
    { ID: 1, order_ID: 1, plant: '1010', text: 'own' },
    { ID: 2, order_ID: 2, plant: '1710', text: 'SECRET' },
    { ID: 3, order_ID: 3, plant: '1710', text: 'SECRET' }
  ]
  const nodes = [
    { ID: 1, plant: '1010', name: 'root' },
    { ID: 2, plant: '1710', name: 'SECRET', parent_ID: 1 },
    { ID: 3, plant: '1010', name: 'leaf', parent_ID: 2 },
    { ID: 4, plant: '1010', name: 'branch', parent_ID: 1 },
    { ID: 5, plant: '1010', name: 'leaf', parent_ID: 4 },
    { ID: 6, plant: '1010', name: 'bud', parent_ID: 3 }
  ]
  const all = { Sites: sites, Orders: orders, Notes: notes, Nodes: nodes }
  for (const [name, entries] of Object.entries(all))
    await cds.run(INSERT.into(`db.${name}`).entries(entries))
  await cds.run(INSERT.into('S.Open').entries({ ID: 1, order_ID: 1 }, { ID: 2, order_ID: 2 }))
  return app
}

/** The record of the key, if the condition that CAP has put beside it is for its plant. */
function readElsewhere({ SELECT }: { SELECT: { from: object; where: object } }): unknown {
  const plant = JSON.stringify(SELECT.from).includes('"val":2') ? '1710' : '1010'
  return JSON.stringify(SELECT.where).includes(`"${plant}"`) ? { ID: 1, plant } : null
}

const isElsewhere = (subject: object) => JSON.stringify(subject).includes('S.Elsewhere')

const technician = (id: string, ...plant: string[]): Caller => ({
  id,
  roles: ['Technician'],
  attr: { plant }
})

export const alice = technician('alice', '1010')
export const bob = technician('bob', '1010', '1710')
export const without = technician('without')
export const auditor: Caller = { id: 'auditor', roles: ['Auditor'] }
export const forester: Caller = { id: 'forester', roles: ['Forester'] }
