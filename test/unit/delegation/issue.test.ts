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

describe('claims of the token', () => {
  const email = 'alice@example.com'
  const token = [encoded({ alg: 'RS256' }), encoded({ email, given_name: 'Alice' }), 'AA'].join('.')

  /** User in the record of a piece of work for a service. */
  async function recorded(service: string) {
    const ID = newId()
    const user = userOf('alice', 't1', undefined, token)
    const { msg } = await queue(ID, message(ID, { service }), user)
    const [, payload = ''] = separate(msg)?.value.split('.') ?? []
    return Buffer.from(payload, 'base64url').toString()
  }

  test('are in the record only if a way to a token needs them', async () => {
    expect(await recorded('S4')).toContain('"claims":{}')
    expect(await recorded('S4')).not.toMatch(/@example|Alice/)
    expect(await recorded('OTHER')).toContain(`"claims":{"email":"${email}"}`)
    expect(await recorded('OTHER')).not.toContain('Alice')
  })

  test('are in no column of the list', async () => {
    await recorded('OTHER')
    expect(JSON.stringify(await cds.run(SELECT.from(ENTRIES)))).not.toContain(email)
  })
})
