import cds from '@sap/cds'

import { attemptOf, beginAttempt, endAttempt } from '../../../src/delegation/running.js'
import { separate } from '../../../src/delegation/queue/message.js'
import { selectRow } from '../../../src/delegation/queue/select.js'
import { revokeDelegations } from '../../../src/delegation/revoke.js'
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
  userOf
} from './database.js'

muteConsole('warn', 'error', 'info')

beforeAll(openDatabase)
afterEach(() => {
  jest.useRealTimers()
})

/** CAP makes a user object of its own for each message. */
const privileged = () => new cds.User.Privileged()

let count = 0
const newId = () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`

/**
 * Begins the work of a row as its handler does.
 *
 * @returns the author, or the code of the refusal
 */
async function work(ID: string): Promise<string> {
  const { msg } = await select(ID)
  const req = parsed(msg)
  if (!req) return 'unreadable'
  const user = privileged()
  try {
    beginAttempt(req, user)
    const attempt = attemptOf(user)
    if (!attempt) return 'nobody'
    await attempt.send()
    return attempt.record.author.userId
  } catch (error) {
    return String((error as { code?: string }).code)
  } finally {
    endAttempt(String(separate(msg)?.value))
  }
}

function parsed(msg: string): object | undefined {
  try {
    return JSON.parse(msg) as object
  } catch {
    return undefined
  }
}

/** Finishes the work of a row, in one transaction as CAP does. */
async function finish(ID: string): Promise<void> {
  const { msg } = await select(ID)
  const user = privileged()
  await as(user, 't1', async () => {
    beginAttempt(JSON.parse(msg) as object, cds.context?.user)
    await cds.run(DELETE.from('cds.outbox.Messages').where({ ID }))
  })
}

const store = (ID: string, msg: string) =>
  execute('UPDATE cds_outbox_Messages SET msg = ? WHERE ID = ?', [msg, ID])
const insert = (ID: string, msg: string) =>
  execute('INSERT INTO cds_outbox_Messages (ID, msg, attempts) VALUES (?, ?, 0)', [ID, msg])

const INVALID = 'ERR_DELEGATION_INVALID'
const ENDED = 'ERR_DELEGATION_ENDED'

test('a record that nobody has touched is its author', async () => {
  const ID = newId()
  await queue(ID)
  expect(await work(ID)).toBe('alice')
})

test('each byte of the message and of the record counts', async () => {
  const ID = newId()
  const { msg } = await queue(ID)
  const passed: number[] = []
  for (let at = 0; at < msg.length; at++) {
    for (const other of bytesLike(msg.charAt(at))) {
      await store(ID, msg.slice(0, at) + other + msg.slice(at + 1))
      if ((await work(ID)) === 'alice') passed.push(at)
    }
  }
  expect(passed).toEqual([])
  await store(ID, msg)
  expect(await work(ID)).toBe('alice')
})

/** Bytes that could mean the same, and one that does not. */
function bytesLike(byte: string): string[] {
  const next = String.fromCharCode(byte.charCodeAt(0) ^ 1)
  const swapped = byte === byte.toLowerCase() ? byte.toUpperCase() : byte.toLowerCase()
  return [...new Set([next, swapped])].filter((other) => other !== byte)
}

test('texts that mean the same to JSON are other messages', async () => {
  const ID = newId()
  const { msg } = await queue(ID)
  const { text = '', value = '' } = separate(msg) ?? {}
  const member = `"cds.principal.delegation":"${value}"`
  const others = [
    msg.replace('{', '{ '),
    msg.replace('1e+21', '1E+21'),
    msg.replace('"n"', '"\\u006e"'),
    `{${member},${text.slice(1)}`,
    `${text.slice(0, -1)},${member} }`,
    `${text.slice(0, -1)},${member},${member}}`,
    `${text.slice(0, -1)},"cds.principal.delegation":null,${member}}`
  ]
  const passed: string[] = []
  for (const other of others) {
    expect(other).not.toBe(msg)
    await store(ID, other)
    if ((await work(ID)) === 'alice') passed.push(other)
  }
  expect(passed).toEqual([])
})

describe('a record of another row', () => {
  test('moved with its message, and swapped', async () => {
    const [one, two] = [newId(), newId()]
    const first = await queue(one)
    const second = await queue(two, message(two), userOf('bob', 't1'))
    await insert('00000000-0000-4000-9000-000000000001', first.msg)
    expect(await work('00000000-0000-4000-9000-000000000001')).toBe(INVALID)
    const records = [first, second].map(({ msg }) => separate(msg)?.value ?? '')
    await store(one, first.msg.replace(String(records[0]), String(records[1])))
    await store(two, second.msg.replace(String(records[1]), String(records[0])))
    expect([await work(one), await work(two)]).toEqual([INVALID, INVALID])
  })

  test.each([
    ['service', { service: 'OTHER' }],
    ['event', { event: 'DELETE' }],
    ['tenant', { context: { tenant: 't2' } }],
    ['data', { data: { id: 'other' } }],
    ['headers', { headers: { 'x-http-method': 'DELETE' } }]
  ])('another %s', async (_, changes) => {
    const ID = newId()
    const { msg } = await queue(ID)
    const record = separate(msg)?.value
    const text = JSON.stringify({ ...JSON.parse(message(ID)), ...changes } as object)
    await store(ID, `${text.slice(0, -1)},"cds.principal.delegation":"${String(record)}"}`)
    expect(await work(ID)).toBe(INVALID)
  })

  test('in the database of another tenant', async () => {
    const row = await queue(newId())
    const requires = cds.env.requires as Record<string, unknown>
    requires['multitenancy'] = { kind: 'shared' }
    try {
      const begun = await as(cds.User.privileged, 't2', async () => {
        await selectRow(row)
        return () => beginAttempt(JSON.parse(row.msg) as object, privileged())
      })
      expect(begun).toThrow(/it is for another tenant/)
    } finally {
      delete requires['multitenancy']
    }
  })

  test('of an event that is not delegated runs nobody: no service has the name', async () => {
    const ID = newId()
    const { msg } = await queue(ID)
    await store(ID, msg.replace('"service":"S4"', '"service":"Own"'))
    const selected = JSON.parse((await select(ID)).msg) as { service: string; data?: object }
    expect(selected.service).toBe('cds.principal.refused')
    expect(selected.data).toBeUndefined()
  })
})

describe('a record that is over', () => {
  test('replayed after success', async () => {
    const ID = newId()
    const { msg } = await queue(ID)
    await finish(ID)
    expect(await stored(ID)).toBeFalsy()
    await insert(ID, msg)
    expect(await work(ID)).toBe(ENDED)
  })

  test('revoked, by user and by time', async () => {
    const [one, two] = [newId(), newId()]
    await queue(one, message(one), userOf('leaver', 't1'))
    await queue(two)
    expect(await revokeDelegations({ user: 'leaver', tenant: 't1' })).toBe(1)
    expect([await work(one), await work(two)]).toEqual([ENDED, 'alice'])
    const three = newId()
    await queue(three)
    await revokeDelegations({ tenant: 't2', before: new Date(Date.now() + 5000) })
    await revokeDelegations({ tenant: 't1', before: new Date(Date.now() - 60_000) })
    expect(await work(three)).toBe('alice')
  })

  test('revoked between the selection and the call', async () => {
    const ID = newId()
    await queue(ID)
    const { msg } = await select(ID)
    const user = privileged()
    const attempt = beginAttempt(JSON.parse(msg) as object, user)
    await revokeDelegations({ tenant: 't1' })
    await expect(attempt?.send()).rejects.toMatchObject({ code: ENDED })
  })

  test('in use by another process: one of the two gets it', async () => {
    const ID = newId()
    await queue(ID)
    const both = [await select(ID), await select(ID)]
    const outcomes = await Promise.all(
      both.map(({ msg }) =>
        beginAttempt(JSON.parse(msg) as object, privileged())
          ?.send()
          .then(
            () => 'sent',
            (error: unknown) => (error as { code: string }).code
          )
      )
    )
    expect(outcomes.toSorted()).toEqual(['ERR_DELEGATION_TAKEN', 'sent'])
  })

  test('its handle is good for one handler, in this process', async () => {
    const ID = newId()
    await queue(ID)
    const { msg } = await select(ID)
    beginAttempt(JSON.parse(msg) as object, privileged())
    const again = () => beginAttempt(JSON.parse(msg) as object, privileged())
    expect(again).toThrow(expect.objectContaining({ code: INVALID }) as Error)
    const guessed = msg.replace(String(separate(msg)?.value), newId())
    const guess = () => beginAttempt(JSON.parse(guessed) as object, privileged())
    expect(guess).toThrow(expect.objectContaining({ code: INVALID }) as Error)
  })

  test('not in the list of delegations', async () => {
    const ID = newId()
    await queue(ID)
    await cds.run(DELETE.from(ENTRIES).where({ jti: ID }))
    expect(await work(ID)).toBe(INVALID)
  })
})

describe('time', () => {
  /** Sets the clock, in seconds from now. */
  const clock = (seconds: number) => {
    jest.useFakeTimers({
      now: Date.now() + seconds * 1000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout']
    })
  }

  test('over during a retry: no more, and not again when the clock is set back', async () => {
    const ID = newId()
    await queue(ID)
    expect(await work(ID)).toBe('alice')
    clock(7201)
    expect(await work(ID)).toBe(ENDED)
    jest.useRealTimers()
    expect(await work(ID)).toBe(ENDED)
    expect(await cds.run(SELECT.one.from(ENTRIES).columns('state').where({ jti: ID }))).toEqual({
      state: 'ended'
    })
  })
})
