import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { type Sample, startSample } from '../../support/sample.js'
import { linesOf } from './lines.js'

let sample: RunningSample
beforeAll(async () => {
  sample = await RunningSample.start({ extra: join(__dirname, 'app') })
})
afterAll(() => sample.stop())

/** Sends a request with a token that has these scopes, and returns the lines of our log. */
async function linesFor(
  scopes: string[],
  method: string,
  path: string,
  body?: object,
  to: Sample = sample.sample
) {
  const before = (await to.output()).length
  const attributes = { plant: ['1010'] }
  const token = await sample.emulator.issueToken({ user: 'alice', scopes, attributes })
  const one = client(to.url, `Bearer ${token}`)
  const { status } = await one.raw(method, path, body && JSON.stringify(body))
  one.close()
  return { status, lines: linesOf((await to.output()).slice(before)) }
}

const NEEDS = (what: string, roles: string, has: string) =>
  `ERR_ROLE_MISSING · authorization · ${what} needs the role ${roles}; the user has: ${has} · `
const COLLECTION =
  'Give the user a role collection with the role, and log on again: a token keeps the scopes that it was issued with. ' +
  'If the scope is new in xs-security.json, update the XSUAA instance first'
const WRITERS = '"Technician" or "JOBSCHEDULER"'

describe('a 403 for the lack of a role is one line, that names the event, what would do, and what there is', () => {
  test.each([
    ['PATCH', '/explain/Notes(1)', { text: 'x' }, 'PATCH of Notes', '"Technician"'],
    ['POST', '/explain/Notes', { ID: 1 }, 'POST of Notes', WRITERS],
    ['POST', '/explain-rest/Notes', { ID: 1 }, 'POST of Notes', WRITERS],
    ['PATCH', '/explain-rest/Notes/1', { text: 'x' }, 'PATCH of Notes', '"Technician"'],
    [
      'POST',
      '/explain-hcql',
      { INSERT: { into: { ref: ['ExplainService.Notes'] }, entries: [{ ID: 30 }] } },
      'POST of Notes',
      WRITERS
    ],
    ['POST', '/explain/close', {}, '"close" of ExplainService', '"Supervisor"'],
    ['POST', '/explain/Notes(1)/check', {}, '"check" of Notes', '"Supervisor"'],
    ['POST', '/explain/indirectly', {}, 'POST of Notes', WRITERS],
    ['GET', '/explain-closed/now()', undefined, 'ClosedService', '"Supervisor"']
  ])('%s %s', async (method, path, body, what, roles) => {
    const { status, lines } = await linesFor(['Viewer'], method, path, body)
    expect(status).toBe(403)
    expect(lines).toEqual([expect.stringContaining(NEEDS(what, roles, '"Viewer"') + COLLECTION)])
    const fixed = roles.split(' or ')[0]?.replaceAll('"', '') ?? ''
    const after = await linesFor(['Viewer', fixed], method, path, body)
    expect(after.lines).toEqual([])
    expect(after.status).not.toBe(403)
  })

  test('reading, with a role for something else', async () => {
    const { status, lines } = await linesFor(['Technician'], 'GET', '/explain/Notes')
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(NEEDS('GET of Notes', '"Viewer"', '"Technician"') + COLLECTION)
    ])
  })

  test('a part, for which the roles of its record count', async () => {
    const { lines } = await linesFor([], 'GET', '/explain/Notes(1)/parts')
    expect(lines).toEqual([
      expect.stringContaining(
        'GET of Notes: no role of the user has a grant (roles with one: "Viewer") · '
      )
    ])
  })

  test('a role that no token can have: the name that was meant', async () => {
    const { lines } = await linesFor(['Supervisor'], 'POST', '/explain/Notes(1)/archive', {})
    expect(lines).toEqual([
      expect.stringContaining(
        NEEDS('"archive" of Notes', '"Suprevisor"', '"Supervisor"') +
          'Did you mean "Supervisor"? No token can have the role "Suprevisor": xs-security.json has no such scope.'
      )
    ])
  })

  test('what nobody may do', async () => {
    const { status, lines } = await linesFor(['Viewer'], 'DELETE', '/explain/Notes(1)')
    expect(status).toBe(403)
    expect(lines).toEqual([
      expect.stringContaining(
        'DELETE of Notes is granted to no role · Add a grant for it to @restrict'
      )
    ])
  })

  test('each part of a batch has its line', async () => {
    const requests = [
      { id: '1', method: 'POST', url: 'Notes', body: { ID: 7 } },
      { id: '2', method: 'GET', url: 'Notes' },
      { id: '3', method: 'POST', url: 'close', body: {} }
    ].map((each) => ({ ...each, headers: { 'content-type': 'application/json' } }))
    const { status, lines } = await linesFor(['Viewer'], 'POST', '/explain/$batch', { requests })
    expect(status).toBe(200)
    expect(lines).toEqual([
      expect.stringContaining('POST of Notes needs'),
      expect.stringContaining('"close" of ExplainService needs')
    ])
  })

  test('what code of the application has caught is no failure', async () => {
    const { status, lines } = await linesFor(['Viewer'], 'POST', '/explain/caught', {})
    expect({ status, lines }).toEqual({ status: 204, lines: [] })
  })

  test('what CAP reads after a write, and may not, is no failure', async () => {
    const body = { ID: 20 }
    const { status, lines } = await linesFor(['JOBSCHEDULER'], 'POST', '/explain/Notes', body)
    expect({ status, lines }).toEqual({ status: 204, lines: [] })
  })
})

describe('the model, with the fix in each entry', () => {
  const APP = join(__dirname, 'app')
  const MODEL = 'explain-service.cds'
  let mended: Sample
  beforeAll(async () => {
    const model = readFileSync(join(APP, MODEL), 'utf8')
      .replace("'Suprevisor'", "'Supervisor'")
      .replace('$user.plnt', '$user.plant')
      .replace("{ grant: 'READ', to: 'Viewer' },", "{ grant: ['READ', 'DELETE'], to: 'Viewer' },")
    const files = { [join('srv', MODEL)]: model }
    mended = await startSample({ emulator: sample.emulator, extra: APP, files })
  })
  afterAll(() => mended.stop())

  const send = (scopes: string[], method: string, path: string, body?: object) =>
    linesFor(scopes, method, path, body, mended)

  test.each<[string, string[], string, string, object?]>([
    ['a misspelt role', ['Supervisor'], 'POST', '/explain/Notes(1)/archive', {}],
    ['no grant', ['Viewer'], 'DELETE', '/explain/Notes(1)'],
    [
      'a misspelt attribute',
      ['JOBSCHEDULER', 'Viewer'],
      'PATCH',
      '/explain/Orders(1)',
      { secret_ID: 1 }
    ]
  ])('%s', async (...[, scopes, method, path, body]) => {
    const plant = '1010'
    await send(['Technician', 'Viewer'], 'POST', '/explain/Notes', { ID: 1 })
    await send(['Technician', 'Viewer'], 'POST', '/explain/Orders', { ID: 1, plant })
    const { status, lines } = await send(scopes, method, path, body && { ...body })
    expect(lines).toEqual([])
    expect(status).toBeLessThan(300)
  })
})
