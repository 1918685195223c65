import { ROWS, type Subject } from './fixture.js'
import type { Condition } from './leaves.js'
import { placeOf } from './model.js'
import { as, type Service } from './served-rows.js'

/** A condition that let other rows pass than it should. */
export interface Difference {
  condition: string
  expected: number[]
  actual: unknown
}

/**
 * Reads with every condition as one user, and compares row by row with the reference.
 *
 * @param turns - of the conditions, if not all
 */
export async function differences(
  service: Service,
  subject: Subject,
  conditions: Condition[],
  turns: ReadonlySet<Condition> = new Set(conditions)
): Promise<Difference[]> {
  const wrong: Difference[] = []
  for (const [index, condition] of conditions.entries()) {
    if (!turns.has(condition)) continue
    const { cds, holds } = condition
    const expected = ROWS.filter((row) => holds(row, subject) === true).map(({ ID }) => ID)
    const actual = await read(service, subject, index)
    if (JSON.stringify(actual) !== JSON.stringify(expected))
      wrong.push({ condition: cds, expected, actual })
  }
  return wrong
}

async function read(service: Service, subject: Subject, index: number): Promise<unknown> {
  const { entity, role } = placeOf(index)
  const query = SELECT.from(entity).columns('ID').orderBy('ID')
  try {
    const rows = (await as(service, subject, role).run(query)) as { ID: number }[]
    return rows.map(({ ID }) => ID)
  } catch (error) {
    return (error as Error).message
  }
}
