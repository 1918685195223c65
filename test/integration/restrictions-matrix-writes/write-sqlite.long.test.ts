import { part } from '../../support/generated-inputs.js'
import { type Service } from '../restrictions-matrix/served-rows.js'
import { writeDifferences } from './compare-writes.js'
import { WRITES } from './write-cases.js'
import { CONDITIONS, USERS } from './write-conditions.js'
import { serveWritable } from './written-rows.js'

/** Each kind of request has another part of the conditions, and all of them together have all. */
const PART = part(5)

let service: Service
beforeAll(async () => {
  service = await serveWritable(CONDITIONS)
})

describe.each(Object.entries(WRITES).map(([name, write], turn) => [name, write, turn] as const))(
  '%s in SQLite is for rows for which the condition is true, before and after it',
  (_, write, turn) => {
    const isTurn = (index: number) => (index + turn) % PART === 0
    test.each(USERS)('where $user.x is %s', async (_, subject) => {
      const wrong = await writeDifferences(service, subject, CONDITIONS, write, isTurn)
      expect(wrong.slice(0, 3)).toEqual([])
    })
  }
)
