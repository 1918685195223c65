import { effort, fc, sampled } from '../../support/generated-inputs.js'
import { NESTED, SINGLE } from '../restrictions-matrix/conditions.js'
import { LONG, type Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { SUBJECTS } from '../restrictions-matrix/served-rows.js'
import type { Verdict } from './judge.js'
import { OWNER_ROLES } from './owners.js'
import type { Reader } from './served-world.js'

const ofTheUser = NESTED.filter(({ cds }) => cds.includes('$user'))

/** Some of all conditions. */
export const CONDITIONS: Condition[] = sampled([...SINGLE, ...ofTheUser], 0.03)

const subjects = SUBJECTS.map(([, subject]) => subject)
const withLongLists = {
  id: 'alice',
  tenant: 't1',
  attr: LONG,
  toString: () => 'with 10 000 values'
}

/** Somebody with one of the conditions, and one for owners, or none for them. */
export const reader: fc.Arbitrary<Reader> = fc.record({
  subject: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...subjects) },
    { weight: 1, arbitrary: fc.constant(withLongLists) }
  ),
  condition: fc.constantFrom(...CONDITIONS),
  ownerRole: fc.constantFrom(...OWNER_ROLES, 'none')
})

/** The same, as a token brings them: without a tenant, and with attributes of JSON. */
export function overHttp(conditions: readonly Condition[]): fc.Arbitrary<Reader> {
  const attributes = subjects.map(({ attr }) => JSON.parse(JSON.stringify(attr)) as Subject['attr'])
  return fc.record({
    subject: fc
      .constantFrom(...attributes)
      .map((attr) => ({ id: 'alice', tenant: undefined, attr })),
    condition: fc.constantFrom(...conditions),
    ownerRole: fc.constantFrom(...OWNER_ROLES, 'none')
  })
}

/**
 * Sends what is generated as somebody, and fails with the shortest that has another answer than it should.
 *
 * @param judge - says whether it has the right one
 */
export async function compare<T>(
  readers: fc.Arbitrary<Reader>,
  requests: fc.Arbitrary<T>,
  count: number,
  judge: (reader: Reader, request: T) => Promise<Verdict>
): Promise<void> {
  let answered = 0
  await fc.assert(
    fc.asyncProperty(readers, requests, async (reader, request) => {
      const verdict = await judge(reader, request)
      if (typeof verdict === 'object') throw new Error(textOf(reader, verdict))
      if (verdict === 'same' || verdict === 'refused') answered++
    }),
    { numRuns: effort(count) }
  )
  // or else the requests would say nothing
  expect(answered).toBeGreaterThan(effort(count) * 0.7)
}

function textOf({ condition, subject, ownerRole }: Reader, verdict: object): string {
  const attr = JSON.stringify(subject.attr).slice(0, 200)
  return Object.entries({ where: condition.cds, attr, owners: ownerRole, ...verdict })
    .map(([name, value]) => `${name}: ${JSON.stringify(value).slice(0, 2000)}`)
    .join('\n')
}
