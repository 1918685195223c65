import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv-provider.js'
import cds from '@sap/cds'

import type { Entity, Service } from '../../../../srv/mcp/cap.js'
import { entitiesOf, insertable } from '../../../../srv/mcp/tools/entity.js'
import { schemaOf } from '../../../../srv/mcp/tools/schema.js'
import { effort, fc } from '../../../support/generated-inputs.js'
import { maintenanceService, serviceOf } from './services.js'

/** An element of each built-in type, and of types derived from them. */
const ALL_TYPES = `
  type Code : String(3) @assert.format: '^[a-z]+$';
  type Colour : Code enum { red; green; };
  service S { entity E {
    key ID : UUID;
    string : String; short : String(3); needed : String(5) @mandatory; large : LargeString;
    boolean : Boolean; integer : Integer; uint8 : UInt8; int16 : Int16; int32 : Int32; int64 : Int64;
    decimal : Decimal; price : Decimal(5, 2); double : Double;
    date : Date; time : Time; dateTime : DateTime; timestamp : Timestamp; binary : Binary;
    code : Code; colour : Colour @assert.range; from1to5 : Integer @assert.range: [1, 5];
    list : array of Integer; struct { inner : Int16; };
  } }`

/** CAP's check of input, which its protocols call. */
const { validate } = cds as unknown as {
  validate: (data: object, target: object, options: object) => unknown[] | undefined
}
const ajv = new AjvJsonSchemaValidator()

const cases = (service: Service): [string, Entity, string][] =>
  [...entitiesOf(service)].flatMap(([name, entity]) =>
    Object.keys(insertable(entity)).map((element): [string, Entity, string] => [
      `${name}.${element}`,
      entity,
      element
    ])
  )

const isTaken = (entity: Entity, element: string, value: unknown): boolean => {
  try {
    return !validate({ [element]: value }, entity, { cleanse: false })
  } catch {
    return false
  }
}

const digits = (from: number, to: number) => fc.integer({ min: from, max: to }).map(String)
const two = (max: number) => digits(0, max).map((each) => each.padStart(2, '0'))
const date = fc.tuple(digits(1900, 2100), two(13), two(32)).map((parts) => parts.join('-'))
const time = fc.tuple(two(26), two(61), two(61)).map((parts) => parts.join(':'))
const moment = fc
  .tuple(date, time, fc.constantFrom('Z', '', '+01:00', '.123Z'))
  .map(([day, at, zone]) => `${day}T${at}${zone}`)

/** Values near to what some type takes, and others. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.integer({ min: -70_000, max: 70_000 }),
  fc.constantFrom(
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 53,
    1e30,
    0.5,
    '',
    ' ',
    '1010',
    'M',
    'red',
    'green'
  ),
  fc.string({ maxLength: 45 }),
  fc.stringMatching(/^[A-Z0-9-]{1,40}$/),
  fc.stringMatching(/^[a-z]{1,4}$/),
  fc.stringMatching(/^[+-]?\d{1,4}(\.\d{1,3})?$/),
  fc.uuid(),
  date,
  time,
  moment
)

/** Looks for a value for which the schema promises more than CAP takes, and returns how many values the schema has let in. */
function compare(entity: Entity, element: string): number {
  const schema = schemaOf(entity.elements[element]!, cds.model as never)
  const isValid = ajv.getValidator(schema)
  let valid = 0
  fc.assert(
    fc.property(value, (each) => {
      if (!isValid(each).valid) return
      valid++
      if (!isTaken(entity, element, each)) throw new Error(`CAP refuses ${JSON.stringify(each)}`)
    }),
    { numRuns: effort(600) }
  )
  return valid
}

describe('a value that complies with the schema is one that CAP takes', () => {
  test('of each built-in type', () => {
    const all = cases(serviceOf(cds.compile(ALL_TYPES), 'S'))
    expect(all).toHaveLength(24)
    for (const [name, entity, element] of all) {
      expect([name, compare(entity, element) > 0]).toEqual([name, true])
    }
  })

  test('of each element of the sample', async () => {
    const all = cases(await maintenanceService())
    expect(all.length).toBeGreaterThan(15)
    for (const [name, entity, element] of all) {
      expect([name, compare(entity, element) > 0]).toEqual([name, true])
    }
  })
})

test.each([
  ['string', { type: ['string', 'null'] }],
  ['short', { type: ['string', 'null'], maxLength: 3 }],
  ['needed', { type: 'string', maxLength: 5, pattern: '\\S' }],
  ['uint8', { type: ['integer', 'null'], minimum: 0, maximum: 255 }],
  ['date', { type: ['string', 'null'], format: 'date' }],
  ['code', { type: ['string', 'null'], maxLength: 3, pattern: '^[a-z]+$' }],
  ['colour', { enum: ['red', 'green', null] }],
  ['from1to5', { type: ['integer', 'null'], minimum: 1, maximum: 5 }],
  ['list', { type: 'array', items: { type: ['integer', 'null'] } }]
])('the schema of %s', (element, schema) => {
  const service = serviceOf(cds.compile(ALL_TYPES), 'S')
  const [entity] = entitiesOf(service).values()
  expect(schemaOf(entity!.elements[element]!, cds.model as never)).toMatchObject(schema)
})
