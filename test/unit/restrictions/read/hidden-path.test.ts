import cds from '@sap/cds'

import { explanationOf } from '../../../../src/lib/log.js'
import type { EnforcedRequest } from '../../../../src/restrictions/request/request.js'
import { hideUnreadable } from '../../../../src/restrictions/read/hide-unreadable.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { rememberRefusal } from '../../../../src/restrictions/write/refused-writes.js'
import { modelOf } from '../support/model.js'
import { requestOf } from '../support/request.js'

const GRANTS = "@restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }]"
const model = modelOf(`
service Far @(cds.external) { @cds.persistence.skip entity Rows { key ID : Integer; plant : String } }
service S {
  ${GRANTS} entity Orders { key ID : Integer; plant : String; items : Composition of many Items on items.order = $self };
  entity Items { key ID : Integer; order : Association to Orders };
  @restrict: [{ grant: 'READ', to: 'Plant', where: 'exists items[plant = $user.plant]' }]
  entity Carts { key ID : Integer; items : Composition of many Lines on items.cart = $self };
  entity Lines { key ID : Integer; cart : Association to Carts; plant : String };
  ${GRANTS} entity Rows as projection on Far.Rows;
  entity Open { key ID : Integer };
}`)
rewriteModel(model)

/** Paths that have been counted, and how many records each had. */
const counted: { ref: unknown[]; text: string }[] = []
let numbers: number[] = []
const run = jest.spyOn(cds, 'run')
beforeEach(() => {
  counted.length = 0
  numbers = []
  run.mockImplementation((query: unknown) => {
    const { from } = (query as { SELECT: { from: { ref: unknown[] } } }).SELECT
    counted.push({ ref: structuredClone(from.ref.map(plain)), text: JSON.stringify(from.ref) })
    return Promise.resolve({ n: numbers.shift() ?? 0 }) as never
  })
})
afterAll(() => run.mockRestore())
const plain = (segment: unknown) =>
  typeof segment === 'string' ? segment : { ...(segment as object) }

const ID = (value: number) => [{ ref: ['ID'] }, '=', { val: value }]
const at = (id: string, value = 1) => ({ id, where: ID(value) as unknown[] })
const FORBIDDEN = { code: 403 }

/** Handles a request that ends with an error; results in the one that the client gets, and the log. */
async function handled(error: unknown, ref: unknown[] | undefined, changes: object = {}) {
  const request = requestOf(['Plant'], {
    ...{ event: 'UPDATE', subject: ref && { ref } },
    ...changes
  })
  return failing(request, () => {
    throw error as Error
  })
}
async function failing(request: EnforcedRequest, handle: () => never) {
  let caught: unknown
  try {
    await hideUnreadable(request, model, () => Promise.resolve().then(handle))
  } catch (error) {
    caught = error
  }
  const { status, code, message, cause } = (caught ?? {}) as Record<string, unknown>
  return { status, code, message, cause, caught, log: explanationOf(caught)?.message }
}

describe('a request that is forbidden', () => {
  test('is as if there were no record if it can not be read', async () => {
    const { cause, log, ...answer } = await handled(FORBIDDEN, [at('S.Orders')])
    expect(answer).toMatchObject({ status: 404, code: '404', message: 'Not Found' })
    expect(cause).toBe(FORBIDDEN)
    expect(log).toMatch(/PATCH of Orders: .*plant = \$user\.plant/)
    expect(counted).toHaveLength(1)
    expect(counted[0]?.ref).toEqual([
      { id: 'S.Orders', where: [{ xpr: ID(1) }, 'and', expect.anything()] }
    ])
    expect(counted[0]?.text).toContain('1010')
  })

  test('is forbidden if the record can be read', async () => {
    numbers = [1]
    expect((await handled(FORBIDDEN, [at('S.Orders')])).caught).toBe(FORBIDDEN)
  })

  test.each<[object]>([
    [{ code: 403 }],
    [{ code: '403' }],
    [{ status: 403 }],
    [{ statusCode: 403 }],
    [{ status: '403', code: 'ERR_X' }]
  ])('is one with %p', async (error) => {
    expect((await handled(error, [at('S.Orders')])).status).toBe(404)
  })

  test.each<[unknown]>([
    [{ code: 409 }],
    [{ code: '409', status: 400 }],
    [{ message: '403' }],
    [undefined],
    [null],
    ['403']
  ])('is none with %p', async (error) => {
    const request = requestOf(['Plant'], { event: 'UPDATE', subject: { ref: [at('S.Orders')] } })
    const { caught } = await failing(request, () => {
      throw error as Error
    })
    expect(caught).toBe(error)
    expect(counted).toEqual([])
  })

  test('by PUT stays so, as CAP would create what it does not find', async () => {
    for (const method of ['PUT', 'PATCH']) {
      const req = { method }
      for (const received of [{ _: { req } }, { http: { req } }, { _: {}, http: { req } }])
        expect([method, (await handled(FORBIDDEN, [at('S.Orders')], received)).status]).toEqual([
          method,
          method === 'PUT' ? undefined : 404
        ])
    }
  })

  test('for what is written stays so, but for a new record', async () => {
    const refused = () => Promise.reject(Object.assign(new Error('x'), FORBIDDEN))
    const error: unknown = await rememberRefusal(refused).catch((each: unknown) => each)
    expect((await handled(error, [at('S.Orders')])).caught).toBe(error)
    const created = await handled(error, [at('S.Orders'), 'items'], { event: 'CREATE' })
    expect(created.status).toBe(404)
  })
})

test('what succeeds is not looked at', async () => {
  const request = requestOf(['Plant'], {
    event: 'CREATE',
    subject: { ref: [at('S.Orders'), 'items'] }
  })
  expect(await hideUnreadable(request, model, () => Promise.resolve('done'))).toBe('done')
  expect(counted).toEqual([])
})

describe('a new part', () => {
  test('is about the record above', async () => {
    await handled(FORBIDDEN, [at('S.Orders'), 'items'], { event: 'CREATE' })
    expect(counted.map(({ ref }) => ref)).toEqual([[expect.objectContaining({ id: 'S.Orders' })]])
    expect((await handled(FORBIDDEN, ['S.Orders'], { event: 'CREATE' })).caught).toBe(FORBIDDEN)
  })

  test('deeper below is about the one above', async () => {
    await handled(FORBIDDEN, [at('S.Orders'), at('items', 2), 'order'], { event: 'CREATE' })
    expect(counted[0]?.ref).toHaveLength(2)
  })

  test.each<[string, string, number]>([
    ['if other records decide', 'S.Carts', 1],
    ['not if the record itself does', 'S.Orders', 0]
  ])('is about the record as it was before, %s', async (_, name, before) => {
    const create = { event: 'CREATE', subject: { ref: [at(name), 'items'] } }
    for (const isReadable of [true, false]) {
      counted.length = 0
      numbers = before ? [Number(isReadable), Number(!isReadable)] : [Number(isReadable)]
      let countedBefore: number | undefined
      const { status } = await failing(requestOf(['Plant'], create), () => {
        countedBefore = counted.length
        throw Object.assign(new Error('forbidden'), FORBIDDEN)
      })
      expect([countedBefore, counted.length]).toEqual([before, 1])
      expect(status).toBe(isReadable ? undefined : 404)
    }
  })

  test('of another event is about the record as it is', async () => {
    const update = { event: 'UPDATE', subject: { ref: [at('S.Carts')] } }
    let countedBefore: number | undefined
    await failing(requestOf(['Plant'], update), () => {
      countedBefore = counted.length
      throw Object.assign(new Error('forbidden'), FORBIDDEN)
    })
    expect([countedBefore, counted.length]).toEqual([0, 1])
  })
})

describe('a path', () => {
  test('is the one of the client: CAP adds conditions to it', async () => {
    const ref = [at('S.Orders')]
    const request = requestOf(['Plant'], { event: 'UPDATE', subject: { ref } })
    await failing(request, () => {
      if (ref[0]) ref[0].where = ID(99)
      throw FORBIDDEN as unknown as Error
    })
    expect(counted[0]?.text).not.toContain('99')
  })

  test('goes through what the user may read', async () => {
    await handled(FORBIDDEN, [at('S.Orders'), at('items', 2)])
    expect(counted[0]?.ref).toEqual([
      { id: 'S.Orders', where: [{ xpr: ID(1) }, 'and', expect.anything()] },
      { id: 'items', where: ID(2) }
    ])
    await handled(FORBIDDEN, ['S.Orders', at('items', 2)])
    expect(counted[1]?.ref).toEqual([
      { id: 'S.Orders', where: [expect.anything()] },
      { id: 'items', where: ID(2) }
    ])
  })

  test.each<[string, unknown[] | undefined]>([
    ['to many records', ['S.Orders']],
    ['to many records of one', [at('S.Orders'), 'items']],
    ['with an empty condition', [{ id: 'S.Orders', where: [] }]],
    ['without a condition', [{ id: 'S.Orders' }]],
    ['to open records', [at('S.Open')]],
    ['to records elsewhere', [at('S.Rows')]],
    ['to nothing', [at('S.Orders'), at('none')]],
    ['through nothing', [at('S.None'), at('items')]],
    ['of no segment', []]
  ])('%s is not counted', async (_, ref) => {
    expect((await handled(FORBIDDEN, ref)).caught).toBe(FORBIDDEN)
    expect(counted).toEqual([])
  })

  test('that is none is not counted', async () => {
    for (const changes of [
      { subject: undefined },
      { subject: {} },
      { subject: { ref: undefined } }
    ])
      expect((await handled(FORBIDDEN, undefined, changes)).caught).toBe(FORBIDDEN)
  })
})

describe('what says that a record is active', () => {
  const flag = (value: boolean) => [{ ref: ['IsActiveEntity'] }, '=', { val: value }]
  const counting = async (where: unknown[]) => {
    const { caught } = await handled(FORBIDDEN, [{ id: 'S.Orders', where }])
    const [segment] = (counted[0]?.ref ?? []) as { where?: unknown[] }[]
    return caught === FORBIDDEN ? 'not counted' : segment?.where
  }

  test.each<[string, unknown[], unknown[]]>([
    ['first', [...flag(true), 'and', ...ID(1)], ID(1)],
    ['last', [...ID(1), 'and', ...flag(true)], ID(1)],
    [
      'between others',
      [...ID(1), 'and', ...flag(true), 'and', ...ID(2)],
      [...ID(1), 'and', ...ID(2)]
    ]
  ])('is left out: %s', async (_, where, rest) => {
    expect(await counting(where)).toEqual([{ xpr: rest }, 'and', expect.anything()])
  })

  test('is left out if there is nothing else', async () => {
    expect(await counting(flag(true))).toEqual([expect.anything()])
  })

  test('is not for a draft, which belongs to who edits it', async () => {
    expect(await counting([...ID(1), 'and', ...flag(false)])).toBe('not counted')
    expect(await counting(flag(false))).toBe('not counted')
  })
})
