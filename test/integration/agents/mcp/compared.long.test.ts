import { fc, effort } from '../../../support/generated-inputs.js'
import { RunningSample } from '../../../support/running-sample.js'
import type { Client } from '../../../support/client.js'
import { callOf, contentOf, MCP, post } from './messages.js'

let running: RunningSample
let odata: Client
let authorization: string
beforeAll(async () => {
  running = await RunningSample.start()
  authorization = `Bearer ${await running.emulator.issueToken({ user: 'bob' })}`
  odata = running.with(authorization)
})
afterAll(() => running.stop())

/** What a client gets to know about an error. */
interface Failure {
  readonly code?: string
  readonly message?: string
  readonly target?: string
  readonly details?: Failure[]
}

/** An error without what only one of the two protocols has. */
const comparable = (status: number, { code, message, target, details }: Failure) => ({
  ...{ status, code, message, target },
  details: details?.map((each) => [each.code, each.message, each.target])
})

/** The refusal that OData answers with, or nothing. */
async function odataRefusal(method: 'POST' | 'PATCH', path: string, data: unknown) {
  const url = `/odata/v4/maintenance/${path}`
  const { status, body } = await odata.raw(method, url, JSON.stringify(data))
  return status < 400 ? undefined : comparable(status, body['error'] as Failure)
}

async function toolRefusal(name: string, args: object) {
  const answer = await post(running.sample.url + MCP, callOf(name, args), { authorization })
  const { error } = contentOf(answer)
  return error && comparable(error.status, error)
}

/** OData has the status as code, where an error of cds-principal has one of its own. */
const withoutOwnCode = <T extends { code?: string | undefined } | undefined>(refusal: T) =>
  refusal && {
    ...refusal,
    code: /^(ERR_ROLE|ERR_WRITE|404|403)/.test(refusal.code ?? '') ? '' : refusal.code
  }

const IN_WORK_NOTES = ['ID', 'equipment', 'plant', 'text']
const IN_EQUIPMENT = [
  ...['id', 'name', 'plant', 'category', 'manufacturer', 'constructionYear', 'validTo'],
  ...['installed', 'createdBy', 'lastChangedAt']
]

/** Values of any kind: hostile ones, and such as the elements take. */
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(
    ...[null, '', ' ', '1010', '1710', '9999', 'M', 'X', 'PUMP', '10000000', '2020', 20, true],
    ...["' or 1 eq 1", '\u0000', '\ud800', '🛠', 'x'.repeat(41), '{{7*7}}', '../..', '%00'],
    ...[{ '=': 'plant' }, { a: 1 }, ['a'], [{}]]
  ),
  fc.string({ unit: 'binary', maxLength: 20 })
)

/** Objects that CAP's OData takes for an expression in a PATCH, and not for a value. */
const EXPRESSIONS = [{ val: 'x' }, { ref: ['plant'] }, { func: 'user' }, { xpr: [{ val: 'x' }] }]

const anyValue = fc.oneof({ weight: 8, arbitrary: value }, fc.constantFrom(...EXPRESSIONS))

/** Names that are no elements; annotations of OData, which only OData leaves out, have a point in them. */
const odd = fc.constantFrom(
  ...['__proto__', 'constructor', 'toString', 'foo', 'ID', '@odata', 'plant@bind'],
  ...['plant/x', '$filter', 'IsActiveEntity', '', 'equipment.plant']
)

/** A record of elements, and of names that are none. */
const recordOf = (names: string[], values: fc.Arbitrary<unknown> = anyValue) =>
  fc
    .array(fc.tuple(fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, odd), values), {
      maxLength: 6
    })
    .map(
      (entries) =>
        `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${JSON.stringify(each)}`).join()}}`
    )

test.each([
  ['WorkNotes', IN_WORK_NOTES],
  ['Equipment', IN_EQUIPMENT]
])('create %s: a hostile argument is refused as OData refuses it', async (entity, names) => {
  const seen = new Set<number | undefined>()
  await fc.assert(
    fc.asyncProperty(recordOf(names), async (json) => {
      const data: unknown = JSON.parse(json)
      const expected = await odataRefusal('POST', entity, data)
      fc.pre(expected !== undefined)
      seen.add(expected.status)
      expect(
        withoutOwnCode(await toolRefusal(`create-${entity}`, { data: JSON.parse(json) as object }))
      ).toEqual(withoutOwnCode(expected))
    }),
    { numRuns: effort(80) }
  )
  expect(seen.size).toBeGreaterThan(0)
})

test('update Equipment: a hostile argument is refused as OData refuses it', async () => {
  await fc.assert(
    fc.asyncProperty(recordOf(IN_EQUIPMENT, value), async (json) => {
      fc.pre(!json.includes('__proto__')) // CAP's OData leaves it out of a PATCH
      const expected = await odataRefusal('PATCH', "Equipment('10000000')", JSON.parse(json))
      const args = { key: { id: '10000000' }, data: JSON.parse(json) as object }
      expect(withoutOwnCode(await toolRefusal('update-Equipment', args))).toEqual(
        withoutOwnCode(expected)
      )
    }),
    { numRuns: effort(80) }
  )
})

test.each(EXPRESSIONS)(
  'update Equipment: %j is a value of the wrong type, and never an expression',
  async (manufacturer) => {
    const args = { key: { id: '10000000' }, data: { manufacturer } }
    expect(await toolRefusal('update-Equipment', args)).toMatchObject({
      ...{ status: 400, code: 'ASSERT_DATA_TYPE', target: 'manufacturer' }
    })
  }
)

test('install: a hostile parameter is refused as OData refuses it', async () => {
  await fc.assert(
    fc.asyncProperty(recordOf(['functionalLocation']), async (json) => {
      const path = "Equipment('10000001')/MaintenanceService.install"
      const expected = await odataRefusal('POST', path, JSON.parse(json))
      const args = { key: { id: '10000001' }, parameters: JSON.parse(json) as object }
      expect(withoutOwnCode(await toolRefusal('install-Equipment', args))).toEqual(
        withoutOwnCode(expected)
      )
    }),
    { numRuns: effort(60) }
  )
})
