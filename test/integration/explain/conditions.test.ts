import { join } from 'node:path'

import { RunningSample } from '../../support/running-sample.js'
import { linesOf } from './lines.js'

let sample: RunningSample
beforeAll(async () => {
  sample = await RunningSample.start({ extra: join(__dirname, 'app') })
  for (const [ID, plant] of [
    [1, '1010'],
    [2, '1710']
  ] as const) {
    const client = await as({ plant: ['1010', '1710'] }, 'Technician')
    await client.post('/explain/Orders', { ID, plant })
    await client.post('/explain/Hidden', { ID, plant })
  }
})
afterAll(() => sample.stop())

type Attributes = Record<string, string[]>

async function as(attributes: Attributes, ...scopes: string[]) {
  const token = await sample.emulator.issueToken({ user: 'alice', scopes, attributes })
  return sample.with(`Bearer ${token}`)
}

/** Sends a request, and returns the status and the lines of our log. */
async function linesFor(
  attributes: Attributes,
  scopes: string[],
  [method, path, body]: readonly [string, string, object?]
) {
  const before = (await sample.sample.output()).length
  const client = await as(attributes, ...scopes)
  const { status } = await client.raw(method, path, body && JSON.stringify(body))
  const output = (await sample.sample.output()).slice(before)
  expect(output).not.toMatch(/1010|1710|alice|eyJ/) // neither values nor users
  return { status, lines: linesOf(output) }
}

const CHANGE = ['PATCH', '/explain/Orders(1)', { secret_ID: 1 }] as const
const [WORKER, READER] = [['Technician', 'Viewer'], ['Viewer']]
const OWN = '"plant = $user.plant"'

describe('a record, or what is written, that a condition does not permit is one line with the condition', () => {
  test.each([
    ['a record of others', { plant: ['1710'] }, WORKER, CHANGE, 'PATCH of Orders', 'this record'],
    [
      'an action',
      { plant: ['1710'] },
      WORKER,
      ['POST', '/explain/Orders(1)/seal', {}],
      '"seal" of Orders',
      'this record'
    ],
    [
      'what is written',
      { plant: ['1010'] },
      WORKER,
      ['POST', '/explain/Orders', { ID: 3, plant: '1710' }],
      'POST of Orders',
      'what is written'
    ]
  ] as const)('%s', async (_, attributes, scopes, request, what, of) => {
    const { status, lines } = await linesFor({ plant: [...attributes.plant] }, [...scopes], request)
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(
        `ERR_WRITE_RESTRICTED · authorization · ${what}: the condition is not true for ${of}: ${OWN} · `
      )
    ])
    const after = await linesFor({ plant: ['1010', '1710'] }, [...scopes], request)
    expect(after.lines).toEqual([])
    expect(after.status).toBeLessThan(300)
  })

  test('an attribute that the user has not', async () => {
    const { status, lines } = await linesFor({}, WORKER, CHANGE)
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(
        `${OWN}; the user has no attribute "plant" · Give the user a value of "plant" by a role or the identity provider`
      )
    ])
    expect(await linesFor({ plant: ['1010'] }, WORKER, CHANGE)).toEqual({ status: 200, lines: [] })
  })

  test('an attribute that nobody can have', async () => {
    const { lines } = await linesFor({ plant: ['1010'] }, ['JOBSCHEDULER', 'Viewer'], CHANGE)
    expect(lines).toEqual([
      expect.stringContaining(
        'the user has no attribute "plnt" · Did you mean "plant"? No token can have the attribute "plnt": xs-security.json has no such attribute.'
      )
    ])
  })

  test('a record that the user may not even read: 404, and the log says why', async () => {
    const request = ['PATCH', '/explain/Hidden(1)', { plant: '1010' }] as const
    const { status, lines } = await linesFor({ plant: ['1710'] }, ['Technician'], request)
    expect(status).toBe(404)
    expect(lines).toEqual([
      expect.stringContaining(
        `PATCH of Hidden: there is no such record, or the user may not read it: the client gets 404: ${OWN} · `
      )
    ])
    const after = await linesFor({ plant: ['1010'] }, ['Technician'], request)
    expect(after).toEqual({ status: 200, lines: [] })
  })

  test('an entity that is expanded', async () => {
    const request = ['GET', '/explain/Orders?$expand=secret'] as const
    const { status, lines } = await linesFor({}, READER, request)
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(
        'ERR_EXPAND_RESTRICTED · authorization · GET of Secrets: secret can not be followed (roles with one: "Supervisor") · Add a grant for READ'
      )
    ])
    const after = await linesFor({}, [...READER, 'Supervisor'], request)
    expect(after).toEqual({ status: 200, lines: [] })
  })

  test('what can not be checked', async () => {
    const query = (operator: string) => {
      const where = [{ ref: ['ID'] }, operator, { val: 1 }]
      return { SELECT: { from: { ref: ['ExplainService.Sites'] }, where } }
    }
    const { status, lines } = await linesFor({}, READER, ['POST', '/explain-hcql', query('foo')])
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(
        'ERR_RESTRICTION_UNCHECKED · authorization · GET of Sites: the query has a word that is none of CQN'
      )
    ])
    const after = await linesFor({}, READER, ['POST', '/explain-hcql', query('=')])
    expect(after).toEqual({ status: 200, lines: [] })
  })
})
