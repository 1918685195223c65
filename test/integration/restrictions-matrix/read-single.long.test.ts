import { SINGLE } from './conditions.js'
import { differences } from './read.js'
import { type Service, serveRows, SUBJECTS } from './served-rows.js'

let service: Service
beforeAll(async () => {
  service = await serveRows(SINGLE)
})

describe('READ gives the rows for which the condition is true', () => {
  test.each(SUBJECTS)('where $user.x is %s', async (_, subject) => {
    expect((await differences(service, subject, SINGLE)).slice(0, 5)).toEqual([])
  })
})
