import { effort, fc, sampled } from '../../support/generated-inputs.js'
import { NESTED, SINGLE } from '../restrictions-matrix/conditions.js'
import type { Row, Subject } from '../restrictions-matrix/fixture.js'
import { SUBJECTS } from '../restrictions-matrix/served-rows.js'
import type { Stored } from '../restrictions-matrix-queries/world.js'
import { type PartWrite, partWrite } from './part-writes.js'
import { serveParts, type ServedParts, storedAtFirst, type Writer } from './served-parts.js'

const CONDITIONS = sampled(
  [...SINGLE, ...NESTED].filter(({ cds }) => cds.includes('$user')),
  0.015
)
const attributes = SUBJECTS.map(
  ([, { attr }]) => JSON.parse(JSON.stringify(attr)) as Subject['attr']
)

const writer: fc.Arbitrary<Writer> = fc.record({
  subject: fc.constantFrom(...attributes).map((attr) => ({ id: 'alice', tenant: undefined, attr })),
  condition: fc.constantFrom(...CONDITIONS),
  readsAll: fc.boolean()
})

let parts: ServedParts
beforeAll(async () => {
  parts = await serveParts(CONDITIONS)
})
afterAll(() => parts.stop())

const sorted = (records: readonly Stored[]) =>
  records
    .map((each) =>
      JSON.stringify(
        Object.entries(each)
          .filter(([, value]) => value !== null)
          .sort()
      )
    )
    .sort()

test('a part is written where the condition is true for its row, before and after it', async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(writer, partWrite, async (writer, write: PartWrite) => {
      await parts.reset()
      const holds = (row: Row) => writer.condition.holds(row, writer.subject) === true
      const { before, after, table } = write
      const isPermitted = holds(before) && (!after || holds(after))
      // a new part that is not added by a path names no record
      const isHidden = !writer.readsAll && !holds(before) && write.path !== 'Lines'
      const expected = isPermitted ? write.status : isHidden ? 404 : 403
      const first = storedAtFirst(table)
      const { status, body } = await parts.send(writer, write)
      const stored = sorted(await parts.stored(table))
      const wanted = sorted(isPermitted ? write.change(first) : first)
      expect({ ...describeIt(writer, write), body, status, stored }).toEqual({
        ...describeIt(writer, write),
        body,
        status: expected,
        stored: wanted
      })
      statuses.add(status)
    }),
    { numRuns: effort(100) }
  )
  expect([...statuses].sort()).toEqual([200, 201, 204, 403, 404])
})

function describeIt({ condition, subject, readsAll }: Writer, { method, path, data }: PartWrite) {
  return { where: condition.cds, attr: subject.attr, readsAll, method, path, data }
}
