import cds from '@sap/cds'

import { AuthorCall, type SentRequest } from '../../../src/delegation/author-call.js'
import { attemptOf, beginAttempt } from '../../../src/delegation/running.js'
import { muteConsole } from '../../support/console.js'
import { attempt, CHANGE, newId, service, stateOf, writeBack } from './attempts.js'
import { as, issued, message, openDatabase, queue, select, TABLE, userOf } from './database.js'

muteConsole('info', 'warn', 'error')
beforeAll(openDatabase)

/** Does work whose answer confirms that the request was repeatable, or not. */
async function confirm(
  called: ReturnType<typeof service>,
  result: string | undefined = 'accepted'
) {
  const ID = newId()
  await queue(ID)
  const { msg } = await select(ID)
  await as(new cds.User.Privileged(), 't1', async () => {
    const user = cds.context?.user
    beginAttempt(JSON.parse(msg) as object, user)
    const call = new AuthorCall(attemptOf(user)!, called)
    await call.prepare(false)
    call.sent(CHANGE).succeeded({ repeatabilityresult: result, 'repeatability-result': result })
    await cds.run(DELETE.from(TABLE).where({ ID }))
  })
  expect(await stateOf(ID)).toBe('used')
}

test('an answered failure lets the work be tried again, with another id and the same record', async () => {
  const ID = newId()
  const { msg: stored } = await queue(ID)
  const ids: unknown[] = []
  for (const number of [1, 2]) {
    const begun = await attempt(ID)
    expect(begun.attempt.number).toBe(number)
    const call = new AuthorCall(begun.attempt, service({ repeatable: 'oasis' }))
    await call.prepare(false)
    const request = call.sent(CHANGE)
    ids.push(request.headers['Repeatability-Request-ID'])
    expect(await stateOf(ID)).toBe('sent')
    request.failed(false)
    await writeBack(ID, begun.msg)
    expect(await stateOf(ID)).toBe('open')
  }
  expect(new Set(ids).size).toBe(2)
  const rows = await cds.run(SELECT.one.from(TABLE).columns('msg').where({ ID }))
  expect(rows).toEqual({ msg: stored })
})

test.each([
  [
    'without its answer',
    (call: AuthorCall) => {
      call.sent(CHANGE).failed(true)
    }
  ],
  [
    'with success, before the work failed',
    (call: AuthorCall) => {
      call.sent(CHANGE).succeeded({})
    }
  ],
  [
    'with success, and was followed by another one that was refused',
    (call: AuthorCall) => {
      call.sent(CHANGE).succeeded({})
      call.sent({ ...CHANGE, method: 'DELETE' }).failed(false)
    }
  ],
  [
    'after the work, which has failed with a call at the same time',
    (call: AuthorCall) => {
      call.sent(CHANGE)
      call.sent({ ...CHANGE, method: 'DELETE' }).failed(false)
    }
  ],
  [
    'in a handler that has sent nothing by this package',
    (call: AuthorCall) => {
      call.succeeded()
    }
  ],
  [
    'in a handler that has only read by this package',
    (call: AuthorCall) => {
      call.sent({ method: 'GET' }).succeeded({})
      call.succeeded()
    }
  ],
  [
    'in a handler that has only read by this package, and failed by itself',
    (call: AuthorCall) => {
      call.sent({ method: 'GET' }).succeeded({})
      call.failed(true)
    }
  ]
])('a call that ended %s may have happened, and a second one is refused', async (_, end) => {
  const ID = newId()
  await queue(ID)
  const first = await attempt(ID)
  const call = new AuthorCall(first.attempt, service())
  await call.prepare(false)
  end(call)
  await writeBack(ID, first.msg)
  expect(await stateOf(ID)).toBe('sent')
  const second = await attempt(ID)
  const again = new AuthorCall(second.attempt, service())
  await expect(again.prepare(false)).rejects.toMatchObject({ code: 'ERR_DELEGATION_OUTCOME' })
})

test('reads, and calls of an idempotent service, are made again', async () => {
  const ID = newId()
  await queue(ID)
  const first = await attempt(ID)
  const call = new AuthorCall(first.attempt, service())
  await call.prepare(false)
  call.sent(CHANGE).failed(true)
  await writeBack(ID, first.msg)
  const second = await attempt(ID)
  await new AuthorCall(second.attempt, service()).prepare(true)
  await new AuthorCall(second.attempt, service({ idempotent: true })).prepare(false)
})

test('a repeatable call is made again with its id, once the system has confirmed one', async () => {
  const repeatable = service({ repeatable: 'sap-gateway' })
  const crashed = async () => {
    const ID = newId()
    await queue(ID)
    const first = await attempt(ID)
    const call = new AuthorCall(first.attempt, repeatable)
    await call.prepare(false)
    const { headers } = call.sent(CHANGE)
    const second = await attempt(ID)
    const again = new AuthorCall(second.attempt, repeatable)
    return { headers, again: again.prepare(false).then(() => again.sent(CHANGE).headers) }
  }
  await expect((await crashed()).again).rejects.toMatchObject({ code: 'ERR_DELEGATION_OUTCOME' })
  await confirm(repeatable)
  const { headers, again } = await crashed()
  expect(await again).toEqual(headers)
  expect(headers).toEqual({
    RequestID: expect.stringMatching(/^[0-9A-F]{32}$/) as string,
    RepeatabilityCreation: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/) as string
  })
  await confirm(repeatable, '')
  await expect((await crashed()).again).rejects.toMatchObject({ code: 'ERR_DELEGATION_OUTCOME' })
})

test('when the work is done, its user has no author any more', async () => {
  const ID = newId()
  await queue(ID)
  const { msg } = await select(ID)
  const user = new cds.User.Privileged()
  await as(user, 't1', async () => {
    beginAttempt(JSON.parse(msg) as object, cds.context?.user)
    await cds.run(DELETE.from(TABLE).where({ ID }))
  })
  expect(() => new AuthorCall(attemptOf(user)!, service())).toThrow(/its work is done/)
})

test('the author has a token of the way, and only within the time of the service', async () => {
  const ID = newId()
  await queue(ID)
  const begun = await attempt(ID)
  const call = new AuthorCall(begun.attempt, service())
  const principal = await call.principal(5)
  expect(principal).toMatchObject({
    kind: 'named',
    userId: 'alice',
    tenant: 't1',
    via: 'delegation'
  })
  const short = new AuthorCall(begun.attempt, { ...service(), validFor: -1 })
  await expect(short.principal(5)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

describe('the id of a repeatable request', () => {
  const repeatable = service({ repeatable: 'oasis' })
  const idOf = async (begun: Awaited<ReturnType<typeof attempt>>, request: SentRequest) => {
    const call = new AuthorCall(begun.attempt, repeatable)
    await call.prepare(false)
    return call.sent(request).headers['Repeatability-Request-ID']
  }
  const other = { ...CHANGE, data: { name: 'other' } }

  test('belongs to what is sent, in whatever order, and not to the number of the call', async () => {
    await confirm(repeatable)
    const ID = newId()
    await queue(ID)
    const first = await attempt(ID)
    const ids = [await idOf(first, CHANGE), await idOf(first, other), await idOf(first, CHANGE)]
    expect(new Set(ids).size).toBe(3)
    const second = await attempt(ID)
    const read = new AuthorCall(second.attempt, repeatable)
    await read.prepare(true)
    expect(read.sent({ method: 'GET', url: '/Equipment' }).headers).toEqual({})
    const again = [
      await idOf(second, other),
      await idOf(second, CHANGE),
      await idOf(second, CHANGE)
    ]
    expect(again).toEqual([ids[1], ids[0], ids[2]])
  })

  test.each([
    ['method', { method: 'PUT' }],
    ['path', { url: "/Equipment('2')" }],
    ['body', { data: '{"name":"newer"}' }],
    ['body of bytes', { data: Buffer.from('new') }],
    ['missing body', { data: undefined }]
  ])('another %s has another id', async (_, change) => {
    const ID = newId()
    await queue(ID)
    const begun = await attempt(ID)
    expect(await idOf(begun, { ...CHANGE, ...change })).not.toBe(await idOf(begun, CHANGE))
  })
})

describe('an event that calls several services', () => {
  const [A, B] = ['A_1', 'AB1'].map((name) => ({ ...service({ repeatable: 'oasis' }), name }))

  test('what one of them has confirmed says nothing about another one', async () => {
    await confirm(A!)
    const ID = newId()
    await queue(ID)
    await new AuthorCall((await attempt(ID)).attempt, A!).prepare(false)
    const { attempt: again } = await attempt(ID)
    await expect(new AuthorCall(again, B!).prepare(false)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_OUTCOME'
    })
    await new AuthorCall(again, A!).prepare(false)
    await confirm(B!)
    const last = await attempt(ID)
    await new AuthorCall(last.attempt, B!).prepare(false)
    await new AuthorCall(last.attempt, A!).prepare(false)
  })

  test('an answer of one of them does not settle what another one may have done', async () => {
    await confirm(A!)
    const ID = newId()
    await queue(ID)
    const first = await attempt(ID)
    const lost = new AuthorCall(first.attempt, B!)
    await lost.prepare(false)
    lost.sent(CHANGE).failed(true)
    await writeBack(ID, first.msg)
    const second = await attempt(ID)
    const refused = new AuthorCall(second.attempt, A!)
    await refused.prepare(false)
    refused.sent(CHANGE).failed(false)
    await writeBack(ID, second.msg)
    expect(await stateOf(ID)).toBe('sent')
  })
})

test('what is rolled back is not reported as issued', async () => {
  const ID = newId()
  const before = issued.length
  const text = message(ID)
  const work = as(userOf('alice', 't1'), 't1', async () => {
    await cds.run(UPSERT.into(TABLE).entries({ ID, msg: text, status: null }))
    throw new Error('rolled back')
  })
  await expect(work).rejects.toThrow('rolled back')
  expect(issued).toHaveLength(before)
  await queue(ID)
  expect(issued.slice(before).map(({ jti }) => jti)).toEqual([ID])
})
