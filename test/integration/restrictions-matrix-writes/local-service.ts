import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'

const MODEL = `
entity db.Orders {
  key ID : String; plant : String; title : String default 'new'; site : Association to db.Sites;
  lines : Composition of many { key pos : Integer; text : String };
  notes : Composition of many db.Notes on notes.order = $self;
}
entity db.Notes { key ID : String; order : Association to db.Orders; plant : String; text : String; }
entity db.Sites { key ID : Integer; plant : String; orders : Association to many db.Orders on orders.site = $self; }

service S {
  @restrict: [
    { grant: ['READ', 'WRITE', 'UPSERT', 'sweep'], to: 'Technician', where: (plant = $user.plant) },
    { grant: ['close', 'READ'], to: 'Closer' },
    { grant: '*', to: 'Supervisor' }
  ]
  entity Orders as projection on db.Orders actions {
    @restrict: [{ to: 'Closer', where: 'plant = $user.plant or $user.plant is null' }]
    action reopen() returns String;
    action sweep(orders : many $self) returns String;
  };
  @restrict: [
    { grant: '*', to: 'Technician', where: (plant = $user.plant) },
    { grant: '*', to: 'Supervisor' }
  ]
  entity Notes as projection on db.Notes;
  @restrict: [
    { grant: 'READ', to: ['Technician', 'Closer'], where: (plant in $user.plant) },
    { grant: 'READ', to: 'Supervisor' }
  ]
  entity Sites as projection on db.Sites;
  entity Lines as projection on db.Orders.lines;
  @cds.redirection.target: false
  @restrict: [{ grant: '*', to: 'Technician', where: (exists site[plant = $user.plant]) }]
  entity SiteOrders as projection on db.Orders { ID, title, site };
}`

/** What the tests use of a service. */
export interface Service {
  tx(context: object): Service
  run(query: unknown): Promise<unknown>
  send(request: object): Promise<unknown>
}

/** Orders of two plants, in memory. */
export async function serveOrders(): Promise<Service> {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  const csn = cds.compile(MODEL) as unknown as string
  cds.model = cds.compile.for.nodejs(csn as never)
  const options = { kind: 'sqlite', credentials: { url: ':memory:' }, silent: true }
  cds.db = await (cds.connect.to as (...args: unknown[]) => Promise<never>)('db', options)
  const { deploy } = cds as unknown as {
    deploy: (csn: string) => { to(db: string, o: object): Promise<void> }
  }
  await deploy(csn).to('db', { silent: true })
  const service: unknown = await cds
    .serve('S')
    .from(csn)
    .with(actions as never)
  return service as Service
}

function actions(this: cds.ApplicationService): void {
  this.on(['reopen', 'sweep'], () => 'done')
  this.before('CREATE', 'Orders', ({ data }: { data: { plant?: string; title?: string } }) => {
    if (data.title === 'of 1010, set by the service') data.plant = '1010'
  })
}

/** The records before each test. */
export async function fillOrders(): Promise<void> {
  const lines = 'db.Orders.lines'
  for (const entity of ['db.Orders', lines, 'db.Notes', 'db.Sites'])
    await cds.run(DELETE.from(entity))
  await cds.run(INSERT.into('db.Sites').entries({ ID: 1, plant: '1010' }, { ID: 2, plant: '1710' }))
  await cds.run(
    INSERT.into('db.Orders').entries(
      { ID: 'own', plant: '1010', title: 'a', site_ID: 1 },
      { ID: 'foreign', plant: '1710', title: 'b', site_ID: 2 }
    )
  )
  await cds.run(
    INSERT.into(lines).entries({ up__ID: 'own', pos: 1 }, { up__ID: 'foreign', pos: 1 })
  )
  await cds.run(
    INSERT.into('db.Notes').entries(
      { ID: 'n1', order_ID: 'own', plant: '1010' },
      { ID: 'n2', order_ID: 'own', plant: '1710' }
    )
  )
}

/** All that the database holds. */
export async function stored(): Promise<unknown> {
  return Promise.all(
    ['db.Orders', 'db.Orders.lines', 'db.Notes'].map((entity) => cds.run(SELECT.from(entity)))
  )
}
