import { tokenOf } from '../support/password-grant.js'
import { RunningSample } from '../support/running-sample.js'

const SERVICE = '/odata/v4/maintenance'

let sample: RunningSample
let authorization: string

beforeAll(async () => {
  sample = await RunningSample.start()
  authorization = `Bearer ${await tokenOf(sample.emulator, 'alice')}`
})
afterAll(() => sample.stop())

/** A request in a change set, or outside of any. */
interface Part {
  group?: string
  method: string
  url: string
  body?: object
}

const equipment = (id: string, more: object = {}) => ({
  method: 'POST',
  url: '/Equipment',
  body: { id, name: 'x', plant: '1010', category: 'M', ...more }
})
const note = (text: string) => ({
  method: 'POST',
  url: '/WorkNotes',
  body: { equipment: '10000000', plant: '1010', text }
})
const read = { method: 'GET', url: "/Equipment('10000000')?$select=id" }
const missing = { method: 'GET', url: "/Equipment('NIX')" }
const grouped = (...parts: Part[]) => parts.map((part) => ({ ...part, group: 'g1' }))

/** As in OData 4.01's JSON format. */
function inJson(parts: Part[]) {
  const requests = parts.map(({ group, ...part }, i) => ({
    id: String(i),
    ...(group && { atomicityGroup: group }),
    headers: { 'content-type': 'application/json' },
    ...part
  }))
  return { type: 'application/json', body: JSON.stringify({ requests }) }
}

/** As UI5 sends it. */
function inMultipart(parts: Part[]) {
  const lines: string[] = []
  parts.forEach(({ group, method, url, body }, i) => {
    if (group && parts[i - 1]?.group !== group)
      lines.push('--batch_1', `Content-Type: multipart/mixed;boundary=${group}`, '')
    const request = [`${method} ${url.slice(1)} HTTP/1.1`, 'Content-Type: application/json', '']
    const headers = ['Content-Type: application/http', 'Content-Transfer-Encoding: binary', '']
    lines.push(`--${group ?? 'batch_1'}`, ...headers, ...request, body ? JSON.stringify(body) : '')
    if (group && parts[i + 1]?.group !== group) lines.push(`--${group}--`)
  })
  const body = [...lines, '--batch_1--', ''].join('\r\n')
  return { type: 'multipart/mixed;boundary=batch_1', body }
}

async function batch({ type, body }: ReturnType<typeof inJson>, headers = { authorization }) {
  const answer = await fetch(`${sample.sample.url}${SERVICE}/$batch`, {
    method: 'POST',
    headers: { ...headers, 'content-type': type },
    body
  })
  const text = await answer.text()
  const inside = type.includes('json') ? /"status":(\d+)/g : /HTTP\/1\.1 (\d+)/g
  return { status: answer.status, text, statuses: [...text.matchAll(inside)].map(([, s]) => s) }
}

async function idsAndTexts(): Promise<unknown[]> {
  const carol = await sample.as('carol')
  const equipment = await carol.get(`${SERVICE}/Equipment?$select=id,lastChangedBy&$top=500`)
  const notes = await carol.get(`${SERVICE}/WorkNotes?$select=text,modifiedAt&$top=500`)
  return [equipment.body.value, notes.body.value]
}

describe.each([
  ['JSON', inJson],
  ['multipart', inMultipart]
])('$batch in %s', (format, write) => {
  const id = (name: string) => `${format.slice(0, 1)}-${name}`.toUpperCase()

  test.each<[string, Part[]]>([
    ['two that would work', grouped(equipment(id('1')), equipment(id('2')))],
    ['the second one fails', grouped(equipment(id('1')), equipment(id('2'), { category: '?' }))],
    ['the first one fails', grouped(equipment(id('1'), { plant: '1710' }), equipment(id('2')))],
    ['equipment and a note', grouped(note('half'), equipment(id('1')), note(''))],
    ['notes only', grouped(note('half'), note(''))],
    ['a change and a read', grouped(equipment(id('1')), missing)],
    ['a change and no resource', grouped(equipment(id('1')), { method: 'GET', url: '/Nix' })],
    [
      'an action and a change',
      grouped(
        { method: 'POST', url: "/Equipment('10000000')/MaintenanceService.dismantle", body: {} },
        { method: 'PATCH', url: "/Equipment('NIX')", body: { name: 'x' } }
      )
    ],
    ['others around', [equipment(id('1')), ...grouped(note('half'), note('half')), note('half')]],
    [
      'the second change set has two',
      [{ ...equipment(id('1')), group: 'g0' }, ...grouped(note('half'), equipment(id('2')))]
    ]
  ])('a change set of several is refused, and nothing is written: %s', async (_, parts) => {
    const before = await idsAndTexts()
    const { result, entries } = await sample.recorded(() => batch(write(parts)))
    expect(result.status).toBe(501)
    expect(JSON.parse(result.text)).toMatchObject({
      error: { code: 'ERR_CHANGE_SET_UNSUPPORTED' }
    })
    expect(entries).toEqual([])
    expect(await idsAndTexts()).toEqual(before)
  })

  test('change sets of one, requests around them and reads among themselves work', async () => {
    const parts = [
      read,
      { ...equipment(id('3')), group: 'g1' },
      { ...note(id('POST it, and GET it')), group: 'g2' },
      equipment(id('4')),
      { method: 'PATCH', url: `/Equipment('${id('4')}')`, body: { name: 'y' } }
    ]
    const { status, statuses } = await batch(write(parts))
    expect({ status, statuses }).toEqual({
      status: 200,
      statuses: ['200', '201', '201', '201', '200']
    })
    const alice = await sample.as('alice')
    for (const [name, each] of Object.entries({ x: id('3'), y: id('4') }))
      expect((await alice.get(`${SERVICE}/Equipment('${each}')`)).body).toMatchObject({ name })
    expect((await batch(write(grouped(read, read)))).statuses).toEqual(['200', '200'])
  })

  test('the one that fails leaves nothing, and is told', async () => {
    const before = await idsAndTexts()
    const one = { ...equipment(id('5'), { category: '?' }), group: 'g1' }
    expect(await batch(write([one]))).toMatchObject({ status: 200, statuses: ['400'] })
    expect(await idsAndTexts()).toEqual(before)
  })

  test('without a token it is 401, whatever is inside', async () => {
    const parts = grouped(equipment(id('6')), equipment(id('7')))
    expect((await batch(write(parts), {} as never)).status).toBe(401)
  })
})

test.each(['', '{', '[]', 'null', '{"requests":1}', '{"requests":[null]}', '{"requests":[1]}'])(
  'no batch at all is 400: %s',
  async (body) => {
    expect((await batch({ type: 'application/json', body })).status).toBe(400)
    const alice = await sample.as('alice')
    expect((await alice.get(`${SERVICE}/WorkNotes`)).status).toBe(200)
  }
)
