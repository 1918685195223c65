import cds from '@sap/cds'

import { enforceRestrictions, type HandlingService } from '../../../src/restrictions/enforce.js'
import { rewriteModel } from '../../../src/restrictions/model/rewrite.js'
import type { RestrictedDefinition } from '../../../src/restrictions/model/definition.js'
import type { EnforcedRequest } from '../../../src/restrictions/request/request.js'
import { definitionIn, modelOf } from './support/model.js'
import { requestOf } from './support/request.js'

const model = modelOf(`service S {
  @restrict: [{ grant: '*', to: 'Plant', where: (plant = $user.plant) }, { grant: 'READ', to: 'Reader' }]
  entity Orders { key ID : Integer; plant : String; items : Composition of many { key pos : Integer; site : Association to Sites } };
  @restrict: [{ grant: 'READ', to: 'Plant', where: (plant = $user.plant) }]
  entity Sites { key ID : Integer; plant : String };
  entity Open { key ID : Integer; site : Association to Sites } actions {
    @restrict: [{ to: 'Plant', where: 'ID = 99' }] action act(); };
}`)
rewriteModel(model)
const entity = (name: string) => definitionIn(model, `S.${name}`)

type Handler = (this: object, request: EnforcedRequest, next: () => Promise<unknown>) => unknown

/** Handlers that are registered for the events of a service, before its own. */
const handlers: { before?: [string, Handler]; on?: [string[], Handler] } = {}
beforeAll(() => {
  let isPrepended = false
  const service = {
    prepend: (register: () => void) => {
      isPrepended = true
      register()
      isPrepended = false
    },
    before: (event: string, handler: Handler) => {
      if (isPrepended) handlers.before = [event, handler]
    },
    on: (events: string[], handler: Handler) => {
      if (isPrepended) handlers.on = [events, handler]
    }
  }
  enforceRestrictions(service as unknown as HandlingService)
})

const asked: object[] = []
const run = jest.spyOn(cds, 'run')
beforeEach(() => {
  asked.length = 0
  run.mockImplementation((query: unknown) => {
    asked.push((query as { SELECT: { from: object } }).SELECT.from)
    return Promise.resolve({ n: 0 }) as never
  })
})
afterAll(() => run.mockRestore())

/** Results in the columns and conditions that the request has then, or the status of the refusal. */
async function before(target: RestrictedDefinition | undefined, changes: Changes = {}) {
  const { role = 'Plant', privileged = false, ...others } = changes
  const columns = [{ ref: ['site'], expand: ['*'] }]
  const query = { SELECT: { from: { ref: ['S.X'] }, columns } }
  const request = requestOf([role], { target, query, ...others })
  if (privileged) Object.assign(request.user, { _is_privileged: true })
  try {
    const service = { model, run: () => Promise.resolve(null) }
    await handlers.before?.[1].call(service, request, () => Promise.resolve())
  } catch (error) {
    return (error as { status?: number }).status
  }
  const { SELECT } = request.query ?? {}
  return { isExpandRestricted: SELECT?.columns !== columns, where: SELECT?.where }
}
interface Changes {
  readonly role?: string
  readonly privileged?: boolean
  readonly event?: string
  readonly subject?: object | undefined
}

const at = (id: string) => ({ id, where: [{ ref: ['ID'] }, '=', { val: 1 }] })
const UNTOUCHED = { isExpandRestricted: false, where: undefined }

test('all events are looked at, before any handler of the application', () => {
  expect(handlers.before?.[0]).toBe('*')
  expect(handlers.on?.[0]).toEqual(['CREATE', 'UPDATE', 'UPSERT'])
})

describe('a READ', () => {
  test('of an entity is restricted', async () => {
    expect(await before(entity('Open'))).toEqual({ ...UNTOUCHED, isExpandRestricted: true })
    expect(await before(entity('Orders.items'))).toMatchObject({ where: [expect.anything()] })
    expect(await before(entity('Orders.items'), { role: 'Nobody' })).toBe(403)
  })

  test('is not for privileged users, nor of what is no entity', async () => {
    const privileged = true
    expect(await before(entity('Orders.items'), { privileged })).toEqual(UNTOUCHED)
    expect(await before(entity('Open'), { privileged })).toEqual(UNTOUCHED)
    for (const target of [undefined, { ...entity('Open'), kind: 'type' }])
      expect(await before(target)).toEqual(UNTOUCHED)
  })
})

describe('a draft', () => {
  const drafts = { ...entity('Open'), name: 'S.Open.drafts', isDraft: true }
  const parts = { ...entity('Orders.items'), name: 'S.Orders.items.drafts', isDraft: true }

  test('is not restricted itself, but what it leads to', async () => {
    expect(await before(drafts)).toEqual({ ...UNTOUCHED, isExpandRestricted: true })
    expect(await before(parts)).toMatchObject({ where: undefined })
    expect(await before(drafts, { privileged: true })).toEqual(UNTOUCHED)
    expect(await before({ ...drafts, kind: 'type' })).toEqual(UNTOUCHED)
    expect(asked).toEqual([])
  })

  test('leads to its parts for who edits it', async () => {
    const subject = { ref: [at('S.Orders.drafts'), 'items'] }
    expect(await before(parts, { subject })).toBe(404)
    expect(asked).toEqual([{ ref: [at('S.Orders.drafts')] }])
    run.mockResolvedValueOnce({ n: 1 })
    expect(await before(parts, { subject })).toMatchObject({ where: undefined })
  })

  test.each<[string, Changes]>([
    ['that is read itself', { subject: { ref: [at('S.Orders.drafts')] } }],
    ['that nothing names', { subject: undefined }],
    ['that no path names', { subject: {} }],
    ['that is written', { event: 'UPDATE', subject: { ref: [at('S.Orders.drafts'), 'items'] } }],
    ['for a privileged user', { privileged: true, subject: { ref: [at('S.X'), 'items'] } }]
  ])('%s is not looked for', async (_, changes) => {
    expect(await before(parts, changes)).toMatchObject({ where: undefined })
    expect(asked).toEqual([])
  })

  test('is what a path to something else may begin with as well', async () => {
    const subject = { ref: [at('S.Open'), 'site'] }
    expect(await before(entity('Open'), { subject })).not.toBe(404)
    expect(asked).toEqual([])
  })
})

test('an action is checked by its condition', async () => {
  const call = { event: 'act', subject: { ref: [at('S.Open')] } }
  expect(await before(entity('Open'), { ...call, role: 'Nobody' })).toBe(403)
  expect(await before(entity('Open'), { ...call, role: 'Nobody', privileged: true })).toEqual(
    UNTOUCHED
  )
})

describe('what is written', () => {
  const write = (target: RestrictedDefinition | undefined, privileged = false) => {
    const data = { ID: 1, plant: '1710' }
    const query = { INSERT: { into: { ref: ['S.Orders'] }, entries: [data] } }
    const request = requestOf(['Plant'], { event: 'CREATE', target, data, query })
    if (privileged) Object.assign(request.user, { _is_privileged: true })
    const next = () => Promise.resolve('written')
    return Promise.resolve()
      .then(() => handlers.on?.[1].call({ model }, request, next))
      .catch((error: unknown) => (error as { status?: unknown }).status)
  }

  test('is checked', async () => {
    expect(await write(entity('Orders'))).toBe(403)
  })

  test('is not for privileged users, in drafts, or where there is no entity', async () => {
    expect(await write(entity('Orders'), true)).toBe('written')
    expect(await write({ ...entity('Orders'), name: 'S.Orders.drafts' })).toBe('written')
    expect(await write(undefined)).toBe('written')
  })
})
