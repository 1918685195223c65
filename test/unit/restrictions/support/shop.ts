import cds from '@sap/cds'

import { Served, type Service } from './served.js'

/**
 * Orders and what belongs to them or is associated with them. Those of plant 1010 are for users of role `Plant` with that
 * plant; what others have says `SECRET`.
 */
const MODEL = `
entity db.Orders { key ID : Integer; plant : String; title : String;
  site : Association to db.Sites; next : Association to db.Orders;
  items : Composition of many { key pos : Integer; text : String; site : Association to db.Sites; };
  notes : Composition of many db.Notes on notes.order = $self; }
entity db.Notes { key ID : Integer; order : Association to db.Orders; plant : String; text : String; }
entity db.Sites { key ID : Integer; plant : String; name : String; region : Association to db.Regions;
  orders : Association to many db.Orders on orders.site = $self; }
entity db.Regions { key ID : Integer; name : String; }
entity db.Open { key ID : Integer; name : String; order : Association to db.Orders; }
service S @(path: '/s') {
  @restrict: [
    { grant: ['READ', 'WRITE'], to: 'Plant', where: (plant = $user.plant) },
    { grant: 'READ', to: 'Reader' },
    { grant: '*', to: 'Writer', where: (plant = $user.plant) }
  ]
  entity Orders as projection on db.Orders;
  entity Items as projection on db.Orders.items;
  @restrict: [ { grant: 'READ', to: 'Plant', where: (plant = $user.plant) } ]
  entity Notes as projection on db.Notes;
  @restrict: [ { grant: 'READ', to: ['Plant', 'Writer'], where: (plant = $user.plant) } ]
  entity Sites as projection on db.Sites;
  entity Regions as projection on db.Regions;
  entity Open as projection on db.Open;
}`

const ROWS = {
  Regions: [
    { ID: 1, name: 'north' },
    { ID: 2, name: 'south' }
  ],
  Sites: [
    { ID: 1, plant: '1010', name: 'own', region_ID: 1 },
    { ID: 2, plant: '1710', name: 'SECRET', region_ID: 2 }
  ],
  Orders: [
    {
      ID: 1,
      plant: '1010',
      title: 'own',
      site_ID: 1,
      next_ID: 2,
      items: [{ pos: 1, text: 'own', site_ID: 2 }]
    },
    {
      ID: 2,
      plant: '1710',
      title: 'SECRET',
      site_ID: 2,
      next_ID: 1,
      items: [{ pos: 1, text: 'SECRET', site_ID: 1 }]
    },
    { ID: 3, plant: '1010', title: 'mixed', site_ID: 2 }
  ],
  Notes: [
    { ID: 1, order_ID: 1, plant: '1010', text: 'own' },
    { ID: 2, order_ID: 2, plant: '1710', text: 'SECRET' },
    { ID: 3, order_ID: 3, plant: '1710', text: 'SECRET' }
  ],
  Open: [{ ID: 1, order_ID: 1 }, { ID: 2, order_ID: 2 }, { ID: 3 }]
}

/** @param protocols - further annotations of the service, such as `@hcql` */
export async function serveShop(protocols = ''): Promise<Served> {
  const served = await Served.start(
    MODEL.replace("service S @(path: '/s')", `${protocols} service S`)
  )
  for (const [name, rows] of Object.entries(ROWS))
    await cds.run(INSERT.into(`db.${name}`).entries(rows))
  return served
}

/** Sends a query, in CQL or CQN, as somebody of plant 1010 with roles; results in its rows, or the code of the refusal. */
export async function ask(
  served: Served,
  query: string | object,
  ...roles: string[]
): Promise<unknown> {
  const parse = cds.ql as unknown as (text: string) => object
  const caller = { roles, attr: { plant: ['1010'] } }
  const run = (tx: Service) => tx.run(typeof query === 'string' ? parse(query) : query)
  const result = await served.as(caller, run)
  const { status, code } = (result ?? {}) as { status?: unknown; code?: unknown }
  return status === undefined ? result : (code ?? status)
}
