import { tmpdir } from 'node:os'

import { explain } from '../../../src/explain/explain.js'
import { pipe, restoreStandardInput } from './support/standard-input.js'

afterEach(restoreStandardInput)

const ID = 'request-of-alice-1'
const story = (...lines: string[]) => {
  pipe(`${lines.join('\n')}\n`)
  return explain(ID, { project: tmpdir() })
}
const entry = (at: string, fields: object) =>
  JSON.stringify({ correlation_id: ID, timestamp: `2026-01-01T10:00:${at}Z`, ...fields })
const failure = { code: 'ERR_REMOTE_TLS', hop: 'the system', cause: 'no trust', fix: 'Trust it' }

test('entries are told in the order of time, with cause and fix, and what to look at next', async () => {
  const { explained, text } = await story(
    entry('02.000', { logger: 'principal', ...failure }),
    entry('01.000', { logger: 'odata', msg: 'GET /odata/v4/shop/Orders' }),
    entry('01.500', { logger: 'app', correlation_id: 'another', msg: 'of somebody else' })
  )
  expect(explained).toBe(true)
  expect(text.split('\n')).toEqual([
    `Request ${ID}: 2 entries`,
    '',
    'in → CAP → out',
    '--------------',
    '    +0 ms  in     [odata] GET /odata/v4/shop/Orders',
    ' +1000 ms  out    ERR_REMOTE_TLS · the system · no trust',
    '                  → Trust it',
    '',
    'More',
    '----',
    '- npx cds-principal explain ERR_REMOTE_TLS'
  ])
})

test('lines without a time stay behind the line before them', async () => {
  const { data } = await story(
    entry('02.000', { msg: 'second' }),
    `[app] - third (correlation id ${ID})`,
    entry('01.000', { msg: 'first' })
  )
  const { steps } = data as { steps: { text: string }[] }
  expect(
    steps.map(({ text }) => text.split(' ').find((word) => /first|second|third/.test(word)))
  ).toEqual(['first', 'second', 'third'])
})

test('a failure that is known with its time is told once', async () => {
  const { data } = await story(
    `[principal] - ERR_REMOTE_TLS · the system · no trust · → npx cds-principal explain ERR_REMOTE_TLS (correlation id ${ID})`,
    entry('01.000', failure)
  )
  expect(data).toMatchObject({ steps: [{ code: 'ERR_REMOTE_TLS' }] })
})

test('lines of an object that a console prints are none', async () => {
  const { explained } = await story(`  correlationId: '${ID}',`)
  expect(explained).toBe(false)
})

test('an id that no entry has is not explained, and there is a next step', async () => {
  const { explained, text } = await story('something else')
  expect(explained).toBe(false)
  expect(text.replaceAll('\n', ' ')).toContain(
    `cf logs <app> --recent | npx cds-principal explain <id>`
  )
})
