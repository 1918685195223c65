import cds from '@sap/cds'

import { AuthorCall } from '../../../src/delegation/author-call.js'
import { muteConsole } from '../../support/console.js'
import { attempt, CHANGE, newId, service, stateOf, writeBack } from './attempts.js'
import { as, ENTRIES, openDatabase, queue } from './database.js'

muteConsole('info', 'warn', 'error')
beforeAll(openDatabase)

test('work that is over sends nothing any more, also what was prepared before', async () => {
  const ID = newId()
  await queue(ID)
  const { msg, attempt: begun } = await attempt(ID)
  const [prepared, late] = [service(), service()].map((each) => new AuthorCall(begun, each))
  await prepared!.prepare(false)
  await writeBack(ID, msg)
  expect(() => prepared!.sent(CHANGE)).toThrow(/its work is done/)
  await expect(late!.prepare(false)).rejects.toMatchObject({ code: 'ERR_DELEGATION_ENDED' })
})

test('a write within a call that reads is a write', async () => {
  const ID = newId()
  await queue(ID)
  const first = await attempt(ID)
  const call = new AuthorCall(first.attempt, service())
  await call.prepare(true)
  await call.prepare(false)
  call.sent(CHANGE).succeeded({})
  await writeBack(ID, first.msg)
  expect(await stateOf(ID)).toBe('sent')
  const again = new AuthorCall((await attempt(ID)).attempt, service())
  await again.prepare(true)
  await expect(again.prepare(false)).rejects.toMatchObject({ code: 'ERR_DELEGATION_OUTCOME' })
})

describe('after the first call of an attempt', () => {
  const begin = async () => {
    const ID = newId()
    await queue(ID)
    const first = await attempt(ID)
    await new AuthorCall(first.attempt, service()).prepare(false)
    return { ID, first }
  }
  const change = (jti: string, values: object) =>
    as(cds.User.privileged, 't1', () => cds.run(UPDATE.entity(ENTRIES).set(values).where({ jti })))

  test('others are refused once it was revoked', async () => {
    const { ID, first } = await begin()
    await new AuthorCall(first.attempt, service()).prepare(false)
    await change(ID, { revokedAt: new Date().toISOString() })
    await expect(new AuthorCall(first.attempt, service()).prepare(true)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_ENDED',
      message: expect.stringContaining('revoked') as string
    })
  })

  test('others are refused once another process has taken the work over', async () => {
    const { ID, first } = await begin()
    await change(ID, { attempts: 2 })
    await expect(new AuthorCall(first.attempt, service()).prepare(true)).rejects.toMatchObject({
      code: 'ERR_DELEGATION_TAKEN'
    })
  })

  test('they look within the transaction that is open: there may be no other connection', async () => {
    const { first } = await begin()
    await as(cds.User.privileged, 't1', async () => {
      await cds.run(SELECT.one.from(ENTRIES))
      await new AuthorCall(first.attempt, service()).prepare(true)
    })
  })
})

test('if only the answer to the mark is lost, nothing has left, and the work is tried again', async () => {
  const ID = newId()
  await queue(ID)
  const first = await attempt(ID)
  const tx = cds.tx.bind(cds)
  const lost = jest.spyOn(cds, 'tx').mockImplementationOnce((async (...parameters: never[]) => {
    await (tx as (...all: never[]) => Promise<unknown>)(...parameters)
    throw new Error('connection lost')
  }) as never)
  await expect(new AuthorCall(first.attempt, service()).prepare(false)).rejects.toThrow('lost')
  lost.mockRestore()
  expect(await stateOf(ID)).toBe('sent')
  await writeBack(ID, first.msg)
  expect(await stateOf(ID)).toBe('open')
  expect((await attempt(ID)).attempt.number).toBe(2)
})
