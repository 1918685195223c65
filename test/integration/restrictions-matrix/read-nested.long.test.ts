import { sampled } from '../../support/generated-inputs.js'
import { NESTED } from './conditions.js'
import { differences } from './read.js'
import { type Service, serveRows, SUBJECTS } from './served-rows.js'

/** Other states differ from these in what their values are, and not in what CAP does with them. */
const STATES = ['missing', 'null', 'empty list', 'list of the empty string', 'one', 'several']

const CONDITIONS = sampled(NESTED, 0.75)

let service: Service
beforeAll(async () => {
  service = await serveRows(CONDITIONS)
})

describe('READ with two comparisons gives the rows for which the condition is true', () => {
  const subjects = SUBJECTS.filter(([state]) => [...STATES, 'number', 'boolean'].includes(state))

  test.each(subjects)('where $user.x is %s', async (_, subject) => {
    expect((await differences(service, subject, CONDITIONS)).slice(0, 5)).toEqual([])
  })
})
