import { sampled } from '../../support/generated-inputs.js'
import { type Service } from '../restrictions-matrix/served-rows.js'
import { writeDifferences } from './compare-writes.js'
import { WRITES } from './write-cases.js'
import { PATTERNS, USERS_WITH_PATTERNS } from './write-conditions.js'
import { serveWritable } from './written-rows.js'

let service: Service
beforeAll(async () => {
  service = await serveWritable(PATTERNS)
})

describe.each(Object.entries(WRITES))(
  '%s is for rows that patterns of the user match, before and after it',
  (_, write) => {
    test.each(USERS_WITH_PATTERNS)('where $user.x is %s', async (state, subject) => {
      const share = state === 'ten thousand values' ? 0.08 : 0.25
      const turns = new Set(sampled(PATTERNS, share))
      const isTurn = (index: number) => turns.has(PATTERNS[index]!)
      const wrong = await writeDifferences(service, subject, PATTERNS, write, isTurn)
      expect(wrong.slice(0, 3)).toEqual([])
    })
  }
)
