import cds from '@sap/cds'

import type { Model } from '../../../../src/restrictions/model/definition.js'
import { judgeOf } from '../../../../src/restrictions/write/judge.js'
import { checkPlainUpdate, plainUpdate } from '../../../../src/restrictions/write/plain-update.js'
import { refusal, requestOf } from '../support/asked.js'
import { definitionIn, deployInMemory } from '../support/model.js'

const CDL = `
entity db.Units { key ID : Integer; title : String; plant : String; level : Integer; at { place : String; };
  changed : Timestamp @cds.on.update: $now; site : Association to db.Sites; }
entity db.Sites { key ID : Integer; plant : String; }
service S { entity Units as projection on db.Units { *, plant as werk };
  entity Sites as projection on db.Sites; }`
const FACTS = { id: 'alice', tenant: 't1', attr: { plant: ['1010'] } }
const OWN = 'plant = $user.plant and level < 5'

let entity: ReturnType<typeof definitionIn>
beforeAll(async () => {
  const csn = cds.compile(CDL) as unknown as object
  await deployInMemory(csn)
  entity = definitionIn(cds.compile.for.nodejs(csn) as unknown as Model, 'S.Units')
  await INSERT.into('db.Units').entries(
    { ID: 1, plant: '1010', level: 1 },
    { ID: 2, plant: '1010', level: 1 },
    { ID: 3, plant: '1010', level: 7 }
  )
})
afterAll(() => (cds.db as unknown as { disconnect(): Promise<void> }).disconnect())

interface Update {
  readonly conditions?: readonly string[]
  readonly expressions?: object
  readonly event?: string
}

function planned(data: unknown, { conditions = [OWN], expressions, event }: Update = {}) {
  const restrictions = conditions.map((where) => ({ where }))
  const query = { UPDATE: expressions ? { with: expressions } : {} }
  const request = requestOf(event ?? 'UPDATE', entity, { data, query })
  return plainUpdate(request, entity, restrictions, judgeOf(restrictions, entity, FACTS))
}
const written = (data: unknown, update?: Update) => {
  const plan = planned(data, update)
  return plan && [plan.written, plan.left]
}

describe('an UPDATE is judged by its data', () => {
  test.each<[string, object, object, Update?]>([
    ['with nothing of the condition', { title: 'x' }, [[], ['plant', 'level']]],
    ['with some of it', { plant: '1710', title: 'x' }, [['plant'], ['level']]],
    ['with all of it', { plant: '1710', level: 1 }, [['plant', 'level'], []]],
    ['with nothing at all', {}, [[], ['plant', 'level']]],
    [
      'with expressions for something else',
      { plant: '1010' },
      [['plant'], ['level']],
      { expressions: { title: { ref: ['ID'] } } }
    ],
    [
      'with several conditions, each element once',
      { level: 1 },
      [['level'], ['plant']],
      { conditions: [OWN, 'plant = $user.other'] }
    ]
  ])('%s', (_, data, expected, ...[update]) => {
    expect(written(data, update)).toEqual(expected)
  })
})

describe('an UPDATE is not judged by its data', () => {
  const level = { level: { xpr: [{ ref: ['level'] }, '+', { val: 1 }] } }

  test.each<[string, unknown, Update?]>([
    ['if it is none', { plant: '1010' }, { event: 'UPSERT' }],
    ['if there are several', [{ plant: '1010' }]],
    ['if it calculates an element of the condition', {}, { expressions: level }],
    ['if it calculates one of them, and sets another', { plant: '1010' }, { expressions: level }],
    ['if it sets and calculates one', { level: 1 }, { expressions: level }],
    ['if it writes it by another name', { werk: '1710' }],
    ['if it writes it with an association', { site: { ID: 1 } }, { conditions: ['site_ID = 1'] }],
    ['if it writes something unknown', { title: 'x', other: 1 }],
    ['if only a database can say it', { title: 'x' }, { conditions: ['site.plant = $user.plant'] }],
    [
      'if the database sets an element of the condition',
      { title: 'x' },
      { conditions: ['plant = $user.plant and changed > $user.since'] }
    ]
  ])('%s', (_, data, ...[update]) => {
    expect(written(data, update)).toBeUndefined()
  })

  test('if it writes structures', () => {
    const elements = { ...entity.elements, at: { elements: {} } }
    const structured = Object.create(entity, { elements: { value: elements } }) as typeof entity
    const request = requestOf('UPDATE', structured, { data: { title: 'x', at: { place: 'y' } } })
    const judge = judgeOf([{ where: OWN }], structured, FACTS)
    expect(plainUpdate(request, structured, [{ where: OWN }], judge)?.left).toBeUndefined()
  })

  test('has the query of a request only if there is one', () => {
    const request = requestOf('UPDATE', entity, { data: { title: 'x' } })
    const judge = judgeOf([{ where: OWN }], entity, FACTS)
    expect(plainUpdate(request, entity, [{ where: OWN }], judge)?.written).toEqual([])
  })
})

describe('what an UPDATE sets', () => {
  const UNTOUCHED = () => Promise.resolve('done')
  const HIDDEN = {
    ...{ status: 403, code: 'ERR_WRITE_RESTRICTED' },
    message: 'You would not be allowed to see what you write.'
  }

  /** Does an UPDATE of records with a key above another one. */
  async function done(data: Record<string, unknown>, above: number, next = UNTOUCHED) {
    const where = [{ ref: ['ID'] }, '>', { val: above }]
    const asked: (object | undefined)[] = []
    const log: string[] = []
    const request = requestOf('UPDATE', entity, { data, query: { UPDATE: { where } } })
    const judge = judgeOf([{ where: OWN }], entity, FACTS)
    const plan = plainUpdate(request, entity, [{ where: OWN }], judge)
    if (!plan) throw new Error('not plain')
    const noted: typeof judge = (row, existing) => {
      asked.push(existing)
      return judge(row, existing)
    }
    const update = () => {
      log.push('written')
      return next()
    }
    const check = () => Promise.resolve(void log.push('checked'))
    const refused = await refusal(async () => {
      expect(await checkPlainUpdate({ ...plan, judge: noted }, update, check)).toBe('done')
    })
    return { refused, asked, log }
  }

  test('is judged with each that its records have already', async () => {
    const { refused, asked, log } = await done({ plant: '1010' }, 0)
    expect(refused).toMatchObject(HIDDEN)
    expect(asked).toEqual([{ level: 1 }, { level: 7 }])
    expect(log).toEqual([])
    expect(await done({ plant: '1010' }, 99)).toMatchObject({ asked: [], log: ['written'] })
    const own = await done({ level: 1 }, 0)
    expect([own.refused, own.asked, own.log]).toEqual([
      ...[undefined, [{ plant: '1010' }], ['written']]
    ])
  })

  test('is judged alone if it is all of the condition', async () => {
    expect(await done({ plant: '1010', level: 4 }, 0)).toEqual({
      ...{ refused: undefined, asked: [{}], log: ['written'] }
    })
    const { refused, log } = await done({ plant: '1710', level: 4 }, 0)
    expect(refused).toMatchObject(HIDDEN)
    expect(log).toEqual([])
  })

  test('is not judged if it is nothing of the condition', async () => {
    expect(await done({ title: 'x' }, 0)).toEqual({
      ...{ refused: undefined, asked: [], log: ['written'] }
    })
  })

  test('is judged again if a handler has changed it, or something else of the condition', async () => {
    const changing = async (data: Record<string, unknown>, changes: object) => {
      const next = () => Promise.resolve(Object.assign(data, changes)).then(() => 'done')
      return (await done(data, 2, next)).log
    }
    expect(await changing({ level: 1 }, { level: 2 })).toEqual(['written', 'checked'])
    expect(await changing({ title: 'x' }, { plant: '1710' })).toEqual(['written', 'checked'])
    expect(await changing({ title: 'x' }, { title: 'y' })).toEqual(['written'])
  })

  test('is refused if it can not be judged, also for all records', async () => {
    const request = requestOf('UPDATE', entity, { data: { plant: '1010' } })
    const judge = () => undefined
    const plan = { request, entity, judge, written: ['plant'], left: ['level'] }
    const next = () => Promise.reject(new Error('written'))
    const work = () => checkPlainUpdate(plan, next, () => Promise.resolve())
    expect(await refusal(work)).toMatchObject(HIDDEN)
  })
})
