import cds from '@sap/cds'

import { toolsOf } from '../../../../srv/mcp/tools/tools.js'
import { maintenanceService, serviceOf } from './services.js'

const compiled = (source: string) => [...toolsOf(serviceOf(cds.compile(source), 'S')).values()]

const names = (source: string) => compiled(source).map(({ name }) => name)

test('the sample: its entities are read by one tool, and each change is a tool of its own', async () => {
  const tools = toolsOf(await maintenanceService())
  expect([...tools.keys()]).toEqual([
    ...['describe', 'query'],
    ...['create-FunctionalLocations', 'update-FunctionalLocations'],
    ...['create-Equipment', 'update-Equipment'],
    ...['install-Equipment', 'dismantle-Equipment', 'planForTonight-Equipment'],
    ...['create-WorkNotes', 'update-WorkNotes', 'delete-WorkNotes']
  ])
  expect(tools.get('install-Equipment')).toMatchObject({
    inputSchema: {
      type: 'object',
      properties: {
        key: { properties: { id: { type: 'string' } }, required: ['id'] },
        parameters: {
          properties: { functionalLocation: { type: 'string', maxLength: 40 } },
          required: ['functionalLocation'],
          additionalProperties: false
        }
      },
      required: ['key', 'parameters']
    }
  })
})

test('a client can give what is no property of the application, the database or another system', async () => {
  const tools = toolsOf(await maintenanceService())
  const dataOf = (name: string) =>
    tools.get(name)?.inputSchema.properties['data'] as {
      properties: Record<string, object>
      required?: string[]
    }
  const create = dataOf('create-Equipment')
  expect(Object.keys(create.properties)).toEqual([
    ...['id', 'name', 'plant', 'category', 'manufacturer', 'model', 'serialNumber'],
    'constructionYear'
  ])
  expect(create.required).toEqual(['id', 'name', 'plant', 'category'])
  expect(create.properties['category']).toMatchObject({ enum: ['M', 'P', 'Q', 'S'] })
  expect(Object.keys(dataOf('update-Equipment').properties)).not.toContain('id')
  expect(Object.keys(dataOf('create-WorkNotes').properties)).toEqual([
    ...['ID', 'equipment', 'plant', 'text']
  ])
  expect(dataOf('create-WorkNotes').required).toEqual(['equipment', 'plant', 'text'])
  expect(Object.keys(dataOf('update-WorkNotes').properties)).toEqual(['text'])
})

test('tools say what they do, so that clients can ask their user', async () => {
  const hints = Object.fromEntries(
    [...toolsOf(await maintenanceService()).values()].map(({ name, annotations }) => [
      name,
      [annotations.readOnlyHint, annotations.destructiveHint]
    ])
  )
  expect(hints).toMatchObject({
    describe: [true, undefined],
    query: [true, undefined],
    'create-Equipment': [false, false],
    'update-Equipment': [false, true],
    'delete-WorkNotes': [false, true],
    'install-Equipment': [false, undefined]
  })
})

test('what the model does not allow is no tool', () => {
  expect(
    names(`service S {
      @readonly entity R { key ID : Integer; }
      @insertonly entity I { key ID : Integer; }
      @Capabilities: { InsertRestrictions.Insertable: false, UpdateRestrictions.Updatable: false }
      entity D { key ID : Integer; }
      @cds.api.ignore entity Hidden { key ID : Integer; }
      entity Keyless { name : String; }
    }`)
  ).toEqual(['describe', 'query', 'create-I', 'delete-D', 'create-Keyless'])
})

test('actions and functions: of the service, of a record, of all records', () => {
  const tools = compiled(`service S {
    entity Books { key ID : Integer; } actions {
      action order(amount : Integer);
      function stock() returns Integer;
      action clear(many : many $self);
    }
    function total(since : Date @mandatory) returns Integer;
    action close();
  }`)
  const schemas = Object.fromEntries(
    tools.map(({ name, inputSchema: { properties, required } }) => [
      name,
      [Object.keys(properties), required]
    ])
  )
  expect(schemas).toMatchObject({
    'order-Books': [['key', 'parameters'], ['key']],
    'stock-Books': [['key'], ['key']],
    'clear-Books': [[], undefined],
    total: [['parameters'], ['parameters']],
    close: [[], undefined]
  })
  const reading = tools.filter(({ annotations }) => annotations.readOnlyHint)
  expect(reading.map(({ name }) => name)).toEqual(['describe', 'query', 'stock-Books', 'total'])
})

test('names are those that all clients take, and no two are the same', () => {
  const all = names(`service S {
    entity Books.pages { key ID : Integer; }
    entity Books_pages { key ID : Integer; }
    action query();
  }`)
  expect(all.every((name) => /^[\w-]{1,64}$/.test(name))).toBe(true)
  expect(new Set(all).size).toBe(all.length)
  expect(all).toEqual(
    expect.arrayContaining(['update-Books_pages', 'update-Books_pages_', 'query', 'query_'])
  )
})

test('descriptions are the comments and titles of the model', () => {
  const compile = cds.compile as (source: string, options: object) => object
  const csn = compile(
    `/** Sells books. */ service S {
      /** All books. */ entity Books { key ID : Integer; @title: 'Name' name : String; /** Pieces. */ stock : Integer; }
    }`,
    { docs: true }
  )
  const tools = toolsOf(serviceOf(csn, 'S'))
  const create = tools.get('create-Books')?.inputSchema.properties['data']
  expect(create).toMatchObject({
    properties: { name: { description: 'Name' }, stock: { description: 'Pieces.' } }
  })
  cds.context = { user: new cds.User('erna') } as never
  expect(tools.get('describe')?.call({})).toEqual({
    ...{ service: 'S', user: 'erna', description: 'Sells books.' },
    entities: {
      Books: {
        description: 'All books.',
        tools: ['create-Books', 'update-Books', 'delete-Books']
      }
    }
  })
})
