import { STATIC_CONDITIONS } from './conditions.js'
import type { Row, Subject } from './fixture.js'
import { as, type Service, serveRows, statusOf, SUBJECTS } from './served-rows.js'

let service: Service
beforeAll(async () => {
  service = await serveRows(STATIC_CONDITIONS)
})

const WITHOUT_ROW: Record<string, object> = {
  CREATE: { event: 'CREATE', entity: 'S.New', query: INSERT.into('S.New').entries({ ID: 99 }) },
  'unbound action': { event: 'start', data: {} },
  'collection-bound action': { event: 'reset', entity: 'S.New', query: SELECT.from('S.New') }
}

describe.each(Object.keys(WITHOUT_ROW))(
  '%s is for users for whom the condition is true',
  (event) => {
    const anyRow = {} as Row
    const send = (subject: Subject, role: string) =>
      statusOf(as(service, subject, role).send({ ...WITHOUT_ROW[event] }))

    test.each(SUBJECTS)('where $user.x is %s', async (_, subject) => {
      const wrong: object[] = []
      for (const [index, { cds, holds }] of STATIC_CONDITIONS.entries()) {
        const status = await send(subject, `c${index}`)
        const expected = holds(anyRow, subject) === true ? 200 : 403
        if (status !== expected) wrong.push({ cds, expected, status })
      }
      expect(wrong.slice(0, 5)).toEqual([])
    })
  }
)
