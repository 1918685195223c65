import cds from '@sap/cds'

import { separate } from '../../../src/delegation/queue/message.js'
import { beginAttempt } from '../../../src/delegation/running.js'
import { addTokenWay } from '../../../src/delegation/ways.js'
import { muteConsole } from '../../support/console.js'
import {
  as,
  ENTRIES,
  execute,
  message,
  openDatabase,
  queue,
  select,
  stored,
  TABLE,
  userOf
} from './database.js'

muteConsole('warn', 'error', 'info')

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

beforeAll(async () => {
  await openDatabase()
  addTokenWay({
    name: 'by-email',
    isConfigured: ({ name }) => name === 'OTHER',
    claims: () => ['email'],
    tokenFor: ({ author }) =>
      Promise.resolve({ ...author, expiresAt: Date.now() / 1000 + 300, bearerToken: 'token' })
  })
})

let count = 0
const newId = () => `00000000-0000-4000-8000-2${String(++count).padStart(11, '0')}`

const NIGHTLY = { service: 'Planning', event: 'nightly' }
const entriesOf = (jti: string) => cds.run(SELECT.from(ENTRIES).where({ jti }))

describe('messages about the end of work are not delegated', () => {
  test.each(['PATCH/#succeeded', 'PATCH/#failed'])('%s', async (event) => {
    for (const user of [userOf('alice', 't1'), new cds.User.Privileged()]) {
      const ID = newId()
      const text = message(ID, { event })
      expect(await queue(ID, text, user as never)).toMatchObject({ msg: text })
      expect(await entriesOf(ID)).toEqual([])
      expect(await select(ID)).toMatchObject({ msg: text })
    }
  })
})

describe('an own event that is marked', () => {
  test('has the named user who has queued it as its author', async () => {
    const ID = newId()
    await queue(ID, message(ID, NIGHTLY))
    expect(await entriesOf(ID)).toMatchObject([{ author: 'alice', service: 'Planning' }])
  })

  test.each([
    ['nobody in person', () => new cds.User.Privileged()],
    ['a user whose token is over', () => userOf('alice', 't1', Date.now() / 1000 - 1)]
  ])('has no author if it is queued by %s', async (_, user) => {
    const ID = newId()
    const text = message(ID, NIGHTLY)
    expect(await queue(ID, text, user() as never)).toMatchObject({ msg: text })
    expect(await entriesOf(ID)).toEqual([])
    const handled = JSON.parse((await select(ID)).msg) as object
    expect(beginAttempt(handled, new cds.User.Privileged())).toBeUndefined()
  })
})

test('work in the context of another tenant than that of the token is refused, and not queued', async () => {
  const ID = newId()
  const queued = queue(ID, message(ID, { context: { tenant: 't2' } }), userOf('alice', 't1'))
  await expect(queued).rejects.toMatchObject({ code: 'ERR_TENANT_MISMATCH' })
  expect(await stored(ID)).toBeFalsy()
  expect(await entriesOf(ID)).toEqual([])
})

test('a row that comes back without a record gets none, and what CAP says about its failure is kept', async () => {
  const ID = newId()
  const { msg } = await queue(ID)
  const text = separate(msg)?.text ?? ''
  await execute('UPDATE cds_outbox_Messages SET msg = ? WHERE ID = ?', [text, ID])
  const failed = { ID, msg: text, attempts: 20, lastError: 'ERR_DELEGATION_INVALID', status: null }
  await as(new cds.User.Privileged(), 't1', () => cds.run(UPSERT.into(TABLE).entries(failed)))
  expect(await stored(ID)).toMatchObject(failed)
  expect(await entriesOf(ID)).toHaveLength(1)
})

/** Queues a piece of work for a later time, as CAP does, and returns its row as it is stored. */
async function plan(ID: string, after: number, text = message(ID)) {
  const timestamp = new Date(Date.now() + after * 1000).toISOString()
  const row = { ID, timestamp, msg: text, status: null }
  await as(userOf('alice', 't1'), 't1', () => cds.run(UPSERT.into(TABLE).entries(row)))
  return stored(ID)
}

describe('work that is asked for again under the same name', () => {
  const failed = { lastError: 'it has failed', lastAttemptTimestamp: new Date().toISOString() }

  test.each([1, 20])('is new after %i attempts of the former one', async (attempts) => {
    const ID = newId()
    const former = await queue(ID)
    await cds.run(
      UPDATE.entity(TABLE)
        .set({ ...failed, attempts })
        .where({ ID })
    )
    const again = await plan(ID, 3600)
    expect(again).toMatchObject({ attempts: 0, lastError: null, lastAttemptTimestamp: null })
    expect(again.msg).not.toBe(former.msg)
    expect(await entriesOf(ID)).toHaveLength(2)
  })

  test('is new beside rows that are written with it and have no author', async () => {
    const [ID, own, failure] = [newId(), newId(), newId()]
    await queue(ID)
    await cds.run(
      UPDATE.entity(TABLE)
        .set({ ...failed, attempts: 20 })
        .where({ ID })
    )
    const rows = [
      { ID: own, msg: message(own, { service: 'Own' }) },
      { ID, msg: message(ID) },
      { ID: failure, msg: message(failure, { event: 'PATCH/#failed' }), attempts: 3 }
    ]
    await as(userOf('alice', 't1'), 't1', () => cds.run(UPSERT.into(TABLE).entries(rows)))
    const found = await Promise.all([own, ID, failure].map(stored))
    expect(found).toMatchObject([{ attempts: 0 }, { attempts: 0 }, { attempts: 3 }])
    expect(found[1]).toMatchObject({ lastError: null, lastAttemptTimestamp: null })
  })
})

describe('work that is planned for a later time', () => {
  test.each([
    ['a required service', {}],
    ['an own event', NIGHTLY]
  ])('of %s is refused if its record is over then', async (_, changes) => {
    const ID = newId()
    await expect(plan(ID, 7201, message(ID, changes))).rejects.toMatchObject({
      code: 'ERR_DELEGATION_REFUSED',
      message: expect.stringMatching(/ was planned for 20\d\d-.+Z, .+ validFor is 7200 seconds/)
    })
    expect(await stored(ID)).toBeFalsy()
    expect(await entriesOf(ID)).toEqual([])
  })

  test('is queued if its record is not over then', async () => {
    const ID = newId()
    await plan(ID, 7190)
    expect(await entriesOf(ID)).toMatchObject([{ state: 'open' }])
  })

  test('has no end without an author', async () => {
    const ID = newId()
    const text = message(ID, { service: 'Own', queue: { every: 86_400_000 } })
    expect(await plan(ID, 86_400, text)).toMatchObject({ msg: text })
  })
})

describe('claims of the token', () => {
  const email = 'alice@example.com'

  /** User in the record of a piece of work for a service. */
  async function recorded(service: string, claims: object = {}) {
    const ID = newId()
    const payload = encoded({ email, given_name: 'Alice', ...claims })
    const token = [encoded({ alg: 'RS256' }), payload, 'AA'].join('.')
    const user = userOf('alice', 't1', undefined, token)
    const { msg } = await queue(ID, message(ID, { service }), user)
    const [, record = ''] = separate(msg)?.value.split('.') ?? []
    return Buffer.from(record, 'base64url').toString()
  }

  test('are in the record only if a way to a token needs them', async () => {
    expect(await recorded('S4')).toContain('"claims":{}')
    expect(await recorded('S4')).not.toMatch(/@example|Alice/)
    expect(await recorded('OTHER')).toContain(`"claims":{"email":"${email}"}`)
    expect(await recorded('OTHER')).not.toContain('Alice')
  })

  test('do not have an e-mail address that is not verified: it could be that of somebody else', async () => {
    for (const email_verified of [false, 'false'])
      expect(await recorded('OTHER', { email_verified })).toContain('"claims":{}')
    expect(await recorded('OTHER', { email_verified: true })).toContain(email)
  })

  test('are in no column of the list', async () => {
    await recorded('OTHER')
    expect(JSON.stringify(await cds.run(SELECT.from(ENTRIES)))).not.toContain(email)
  })
})
