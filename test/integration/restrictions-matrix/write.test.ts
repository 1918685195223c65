import { LEAVES, STATIC_CONDITIONS } from './conditions.js'
import { ROWS, type Row, type Subject } from './fixture.js'
import { placeOf } from './model.js'
import { as, type Service, serveRows, statusOf, SUBJECTS } from './served-rows.js'

const STATES = ['missing', 'null', 'empty list', 'one', 'several']

let service: Service
beforeAll(async () => {
  service = await serveRows(LEAVES)
})

const subjects = SUBJECTS.filter(([state]) => [...STATES, 'number', 'boolean'].includes(state))
const rows = [1, 4].flatMap((ID) => ROWS.filter((row) => row.ID === ID))

/** One row, as CAP's OData adapter names it. */
const path = (id: string, { ID }: Row) =>
  ({ ref: [{ id, where: [{ ref: ['ID'] }, '=', { val: ID }] }] }) as never

const EVENTS: Record<string, (entity: string, row: Row) => object> = {
  UPDATE: (entity, row) => ({ query: UPDATE.entity(path(entity, row)).with({ remark: 'x' }) }),
  DELETE: (entity, row) => ({ query: DELETE.from(path(entity, row)) }),
  'bound action': (entity, row) => ({ event: 'touch', query: SELECT.one.from(path(entity, row)) })
}

describe.each(Object.keys(EVENTS))('%s is for rows for which the condition is true', (event) => {
  test.each(subjects)('where $user.x is %s', async (_, subject) => {
    const wrong: object[] = []
    for (const [index, { cds, holds }] of LEAVES.entries()) {
      for (const row of rows) {
        const { entity, role } = placeOf(index)
        const status = await statusOf(
          as(service, subject, role).send(EVENTS[event]?.(entity, row) ?? {})
        )
        const expected = holds(row, subject) === true ? 200 : 403
        if (status !== expected) wrong.push({ cds, row, expected, status })
      }
    }
    expect(wrong.slice(0, 5)).toEqual([])
  })
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
