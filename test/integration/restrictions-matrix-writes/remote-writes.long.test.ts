import cds from '@sap/cds'

import { statusOf } from '../restrictions-matrix/served-rows.js'
import type { Service } from './local-service.js'
import { type Equipment, REMOTE_CONDITIONS, REMOTE_STATES } from './remote-conditions.js'
import { serveEquipment } from './remote-service.js'
import { type S4Proxy, startS4 } from './s4-proxy.js'

let s4: S4Proxy
let service: Service
let rows: Equipment[]

beforeAll(async () => {
  s4 = await startS4()
  service = await serveEquipment(s4)
  const all = SELECT.from('R.Written').orderBy('id').limit(500)
  rows = (await service.tx({ user: cds.User.privileged }).run(all)) as Equipment[]
  expect(new Set(rows.map(({ plant }) => plant)).size).toBeGreaterThan(1)
})
afterAll(() => s4.stop())

const at = ({ id }: Equipment) => {
  const where = [{ ref: ['id'] }, '=', { val: id }, 'and', { ref: ['validTo'] }, '=', { val: END }]
  return { ref: [{ id: 'R.Written', where }] } as never
}
const END = '9999-12-31'

/** A request, and the records that the condition has to be true for. */
type Write = (from: Equipment, to: Equipment) => { request: object; judged: Equipment[] }

const act =
  (event: string): Write =>
  (from) => ({ request: { event, query: SELECT.one.from(at(from)) }, judged: [from] })

const WRITES: Record<string, Write> = {
  CREATE: (_, to) => ({
    request: { query: INSERT.into('R.Written').entries({ ...to, id: 'X' }) },
    judged: [to]
  }),
  UPDATE: (from, { id: _, ...values }) => ({
    request: { query: UPDATE.entity(at(from)).with(values) },
    judged: [from, { ...values, id: from.id }]
  }),
  UPSERT: (from, to) => {
    const row = { ...to, id: from.id }
    return { request: { query: UPSERT.into('R.Written').entries(row) }, judged: [from, row] }
  },
  DELETE: (from) => ({ request: { query: DELETE.from(at(from)) }, judged: [from] }),
  'a bound action': act('dismantle'),
  'a bound action with a restriction of its own': act('judge')
}

/** Of records for which the condition is true and others, one each, in both orders. Which ones depends on `turn`. */
function pairs(isGood: (row: Equipment) => boolean, turn: number): [Equipment, Equipment][] {
  const [good, bad] = [rows.filter(isGood), rows.filter((row) => !isGood(row))]
  const pick = (list: Equipment[]) => list[(turn * 7) % (list.length || 1)]
  const [a, b] = [pick(good) ?? pick(bad), pick(bad) ?? pick(good)]
  return a && b
    ? [
        [a, turn % 2 ? a : b],
        [b, a]
      ]
    : []
}

/** Each kind of request has another part of the conditions, and all of them together have all. */
const PART = 4

describe.each(Object.entries(WRITES).map(([name, write], turn) => [name, write, turn] as const))(
  '%s is for records of S/4 for which the condition is true',
  (_, write, turn) => {
    test.each(REMOTE_STATES)('where $user.plant is %s', async (_, attr) => {
      const wrong: object[] = []
      for (const [index, { cds: condition, holds }] of REMOTE_CONDITIONS.entries()) {
        if ((index + turn) % PART) continue
        for (const [from, to] of pairs((row) => holds(row, attr) === true, index)) {
          const { request, judged } = write(from, to)
          const expected = judged.every((row) => holds(row, attr) === true) ? 200 : 403
          const user = new cds.User({ id: 'alice', roles: [`c${index}`], attr } as never)
          const status = await statusOf(service.tx({ user }).send(request))
          if (status !== expected) wrong.push({ condition, from, to, expected, status })
        }
      }
      expect(wrong.slice(0, 3)).toEqual([])
    })
  }
)
