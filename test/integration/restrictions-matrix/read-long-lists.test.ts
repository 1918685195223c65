import { sampled } from '../../support/generated-inputs.js'
import { SINGLE } from './conditions.js'
import { LONG } from './fixture.js'
import { differences } from './read.js'
import { type Service, serveRows } from './served-rows.js'

const CONDITIONS = sampled(SINGLE, 0.1)

let service: Service
beforeAll(async () => {
  service = await serveRows(CONDITIONS)
})

test('READ gives the rows for which the condition is true where $user.x has 10 000 values', async () => {
  const subject = { id: 'alice', tenant: 't1', attr: LONG }
  expect(await differences(service, subject, CONDITIONS)).toEqual([])
})
