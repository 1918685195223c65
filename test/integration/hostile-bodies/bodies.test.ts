import type { ServedOverHttp } from '../restrictions-http/served-over-http.js'
import {
  expectAlive,
  expectAnswered,
  http,
  JSON_TYPE,
  lines,
  MULTIPART,
  servePublic,
  TARGETS
} from './public-service.js'

let app: ServedOverHttp
beforeAll(async () => {
  app = await servePublic()
})
afterAll(() => app.stop())
afterEach(() => expectAlive(app))

const VALUES = [
  'null',
  'true',
  '5',
  '"x"',
  '[]',
  '[null]',
  '[[]]',
  '{}',
  '',
  '{',
  'nul',
  '{"ID":null}'
]
const BEFORE = ['', ' ', '\t', '\r\n', ' '.repeat(300), '\uFEFF', '\uFEFF \n']
describe.each(TARGETS)('%s %s', (method, path) => {
  test('answers whatever the body is', async () => {
    for (const value of VALUES)
      for (const before of BEFORE)
        await expectAnswered(app, path, before + value, JSON_TYPE, method)
  })

  test('refuses what is not an object', async () => {
    for (const before of BEFORE)
      expect(await expectAnswered(app, path, `${before}null`, JSON_TYPE, method)).toEqual([400])
  })
})

test('encodings other than UTF-8 are refused: CAP would read something else', async () => {
  for (const charset of ['utf-16le', 'utf-16', 'utf-7', 'hex', 'base64']) {
    const type = `${JSON_TYPE};charset=${charset}`
    expect(await expectAnswered(app, 'Orders', Buffer.from('null', 'utf16le'), type)).toEqual([415])
  }
  expect(await expectAnswered(app, 'Sites', '{"ID":7000}', `${JSON_TYPE};charset=UTF-8`)).toEqual([
    201
  ])
})

test('depth is limited, but not by brackets in texts', async () => {
  for (const depth of [501, 5000])
    expect(await expectAnswered(app, 'Orders', '{"title":'.repeat(depth))).toEqual([400])
  const title = '[{'.repeat(600) + '\\"['
  expect(await expectAnswered(app, 'Orders', `{"ID":8000,"title":"${title}"}`)).toEqual([201])
})

const part = (id: string, more: object) => ({ id, method: 'GET', url: '/Sites', ...more })
const post = { method: 'POST', url: '/Sites' }

describe('a $batch in JSON', () => {
  test.each<[string, unknown]>([
    ['a part that is null', [null]],
    ['a part that is a list', [[]]],
    ['a body that is null', [part('1', { ...post, body: null })]],
    [
      'a body of a change that is null',
      [part('1', { method: 'patch', url: '/Sites(1)', body: null })]
    ],
    ['a part that depends on itself', [part('1', { dependsOn: ['1'] })]],
    ['a URL that refers to its own part', [part('1', { url: '$1/name' })]],
    ['a URL that refers to its own part, with a slash', [part('1', { url: '/$1/name' })]],
    ['a dependency that is an object', [part('1', { dependsOn: {} })]],
    ['headers that are a text', [part('1', { headers: 'x' })]],
    ['a header that is an object', [part('1', { headers: { accept: {} } })]],
    ['a URL that is not UTF-8', [part('1', { url: "/Sites('%ff')" })]],
    ['a URL that is none', [part('1', { url: 'http://[' })]]
  ])('with %s is refused', async (_, requests) => {
    expect(await expectAnswered(app, '$batch', JSON.stringify({ requests }))).toEqual([400])
  })

  test('with parts that depend on each other is refused', async () => {
    const requests = [part('1', { dependsOn: ['2'] }), part('2', { dependsOn: ['1'] })]
    expect(await expectAnswered(app, '$batch', JSON.stringify({ requests }))).toEqual([400])
  })

  test('with nulls that mean nothing is done', async () => {
    const requests = [
      part('1', { body: null, headers: null, dependsOn: null }),
      part('2', { ...post, body: { ID: 21 }, atomicityGroup: 'g' }),
      part('3', { ...post, body: { ID: 22 }, atomicityGroup: 'g', dependsOn: ['1'] }),
      part('4', { url: '$2/name', dependsOn: ['2'] })
    ]
    const answers = await expectAnswered(app, '$batch', JSON.stringify({ requests }))
    expect(answers.slice(0, 4)).toEqual([200, 200, 201, 201])
  })
})

describe('a $batch in MIME parts', () => {
  test.each<[string, string]>([
    ['a body that is null', lines(http('POST', '/Sites', 'null'))],
    ['a body that is null behind blanks', lines(http('POST', '/Sites', '', ' \t', '  null  '))],
    ['a body that is null and a mark', lines(http('POST', '/Sites', '\uFEFFnull'))],
    [
      'a body in chunks',
      lines([
        'content-type: application/http',
        '',
        'POST /Sites HTTP/1.1',
        'Transfer-Encoding: chunked',
        '',
        '4',
        'null',
        '0',
        ''
      ])
    ],
    ['a reference to its own part', lines(http('GET', '/$r1/name'))],
    [
      'a reference to its own part, by its own name',
      lines(['content-id: r1', ...http('GET', '$r1/name')])
    ],
    ['a URL that is not UTF-8', lines(http('GET', "/Sites('%ff')"))]
  ])('with %s is refused', async (_, body) => {
    expect(await expectAnswered(app, '$batch', body, MULTIPART)).toEqual([400])
  })

  test('with references to what is before is done', async () => {
    const body = lines(
      ['content-id: r1', ...http('POST', '/Sites', '{"ID":31,"name":"--null"}')],
      ['content-id: 2', ...http('GET', '/$r1/name')]
    )
    expect(await expectAnswered(app, '$batch', body, MULTIPART)).toEqual([200, 201, 200])
  })
})
