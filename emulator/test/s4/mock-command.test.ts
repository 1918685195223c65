import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { run } from '../standalone/started.js'

const APPLICATION = resolve(__dirname, '../support/call-on-premise.mjs')
const EDMX = resolve(__dirname, 'edmx/API_PLANT_NOTICE.edmx')
const NOTICES = '/sap/opu/odata/sap/API_PLANT_NOTICE/PlantNotice'

let folder: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'mock-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs the command in an empty folder, with a call as alice. */
async function mock(path: string, ...args: string[]) {
  const exec = `"${process.execPath}" "${APPLICATION}" S4 '${path}'`
  const ended = await run(folder, 'mock', '--edmx', EDMX, ...args, '--quiet', '--exec', exec)
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  const [status, ...body] = ended.stdout.split(' ')
  return { status, body: JSON.parse(body.join(' ')) }
}

test('the command serves the files, with the users of the rules, and the authority that these say', async () => {
  const rules = ['--rules', 'alice: display where plant = 1020', 'bob: all']
  const { status, body } = await mock(NOTICES, ...rules)
  expect(status).toBe('200')
  expect(new Set(body.d.results.map(({ Plant }: any) => Plant))).toEqual(new Set(['1020']))
})

test('CSV files of a folder take the place of generated data, and generated items belong to them', async () => {
  mkdirSync(join(folder, 'data'))
  const csv = 'Plant;NoticeNumber;NoticeText\n4711;000000000042;from the file\n'
  writeFileSync(join(folder, 'data/API_PLANT_NOTICE-PlantNotice.csv'), csv)
  const { body } = await mock(`${NOTICES}?$expand=to_NoticeItem`, '--data', 'data')
  expect(body.d.results).toMatchObject([
    { Plant: '4711', NoticeNumber: '000000000042', NoticeText: 'from the file' }
  ])
  for (const item of body.d.results[0].to_NoticeItem.results) {
    expect(item).toMatchObject({ Plant: '4711', NoticeNumber: '000000000042' })
  }
})

test.each([
  [['--edmx', 'none.edmx'], '--edmx none.edmx: there is no such file'],
  [['--edmx', EDMX, '--rules', 'alice: chnage'], '--rules: rule "alice: chnage": one of display'],
  [[], "required option '--edmx <files...>' not specified"]
])('mock %j says what is wrong', async (args, message) => {
  const { code, stdout, stderr } = await run(folder, 'mock', ...args)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toContain(message)
})
