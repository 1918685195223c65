import cds from '@sap/cds'

import { installRestrictions } from '../../src/restrictions/install.js'

/** Three ways to restrict: text, an expression, and for a record of its own service a bound action. */
const SOURCE = `
  entity db.Notes { key ID : Integer; owner : String; region : String; }
  service S {
    @restrict: [{ grant: 'READ', to: 'Reader', where: (owner = $user) }]
    entity Mine as projection on db.Notes;
    @restrict: [{ grant: ['READ', 'UPDATE'], to: 'Reader', where: 'region = $user.region' }]
    entity Regional as projection on db.Notes;
    entity Later as projection on db.Notes;
  }`

interface Csn {
  definitions: Record<string, Record<string, unknown>>
}

interface Service {
  model: object
  tx(context: object): Service
  run(query: unknown): Promise<unknown>
}

const compile = (csn: object) => cds.compile.for.nodejs(csn) as unknown as Csn
const loaded = () => cds.compile(SOURCE) as unknown as Csn
const copyOf = (csn: object) => JSON.parse(JSON.stringify(csn)) as Csn

/** As other plugins do it, one before and one after this one's turn. */
const on = cds.on.bind(cds) as unknown as (event: string, listener: (csn: Csn) => void) => void
const restrict = (by: string) => (csn: Csn) => {
  const later = csn.definitions['S.Later']
  const added = { grant: 'READ', to: by, where: 'owner = $user' }
  if (later) later['@restrict'] = [...((later['@restrict'] as object[] | undefined) ?? []), added]
}

beforeAll(async () => {
  on('compile.for.runtime', restrict('Before'))
  installRestrictions()
  on('compile.for.runtime', restrict('After'))
  const { requires } = cds as unknown as { requires: Record<string, object> }
  requires.db = {
    kind: 'sqlite',
    impl: '@cap-js/sqlite',
    dialect: 'sqlite',
    credentials: { url: ':memory:' },
    silent: true
  }
  const db = (await cds.connect.to('db')) as unknown as { model: object }
  cds.db = db as never
  const { deploy } = cds as unknown as {
    deploy: (csn: object) => { to(db: string, options: object): Promise<void> }
  }
  await deploy(loaded()).to('db', { silent: true })
  const rows = [
    { ID: 1, owner: 'alice', region: 'EMEA' },
    { ID: 2, owner: 'bob', region: 'APJ' }
  ]
  await cds.run(INSERT.into('db.Notes').entries(rows))
})

async function serve(model: object): Promise<Service> {
  cds.model = model as never
  const served: unknown = await cds
    .serve('S')
    .from(model)
    .with((() => undefined) as never)
  return served as Service
}

const as = (service: Service, role: string) =>
  service.tx({ user: new cds.User({ id: 'alice', roles: [role], attr: { region: 'APJ' } }) })

async function idsOf(service: Service, entity: string, role = 'Reader'): Promise<unknown> {
  try {
    const rows = (await as(service, role).run(SELECT.from(entity))) as { ID: number }[]
    return rows.map(({ ID }) => ID)
  } catch (error) {
    return (error as { code: unknown }).code
  }
}

const extend = (csn: object) => {
  const extension = cds.parse('extend projection S.Mine with { region as more }')
  const { extend: extendModel } = cds as unknown as {
    extend: (csn: object) => { with(extension: object): Csn }
  }
  return extendModel(csn).with(extension)
}

/** What tools, tenants and processes make of a model before it is compiled for the runtime, or once more. */
const COPIES: Record<string, () => object> = {
  'that was loaded': () => loaded(),
  'with an extension': () => extend(loaded()),
  'that was compiled': () => compile(loaded()),
  'that was compiled, then minified': () => cds.minify(compile(loaded()) as never),
  'that was compiled, then linked again': () => cds.linked({ ...compile(loaded()) } as never),
  'that another process has compiled': () => copyOf(compile(loaded())),
  "that another process has compiled, as CAP's JSON": () =>
    JSON.parse(cds.compile.to.json(compile(loaded()) as never)) as object,
  'that was compiled, then copied': () =>
    structuredClone({ definitions: { ...compile(loaded()).definitions } }),
  'that was compiled for OData': () => cds.compile.for.odata(compile(loaded()) as never),
  'that was compiled, then extended': () => extend(compile(loaded()))
}

describe.each(Object.entries(COPIES))('a model %s', (_name, make) => {
  test('has its restrictions, also those that other plugins add', async () => {
    const service = await serve(make())
    expect(await idsOf(service, 'S.Mine')).toEqual([1])
    expect(await idsOf(service, 'S.Regional')).toEqual([2])
    expect(await idsOf(service, 'S.Later', 'Before')).toEqual([1])
    expect(await idsOf(service, 'S.Later', 'After')).toEqual([1])
    expect(await idsOf(service, 'S.Mine', 'Other')).toBe(403)
  })

  test('can be sent on, as it was modelled', () => {
    const text = JSON.stringify(compile(make()))
    expect(text).toContain('["$user","id"]')
    expect(text).not.toMatch(/modelledWhere|\|list/)
  })
})

test('a model that reaches a service without the compiler has its restrictions', async () => {
  const service = await serve(loaded())
  const { definitions } = compile(loaded())
  const replaced = cds.linked({ definitions: copyOf({ definitions }).definitions } as never)
  Object.defineProperty(service, 'model', { value: replaced })
  expect(await idsOf(service, 'S.Mine')).toEqual([1])
  expect(await idsOf(service, 'S.Regional')).toEqual([2])
})
