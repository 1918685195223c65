import type { ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'

import { copyOfSample } from '../../support/sample-copy.js'
import { watchSample } from '../../support/watched-sample.js'
import { end } from '../../support/sample.js'
import { doctor, run } from './command.js'

let root: string
let watch: ChildProcess

beforeAll(async () => {
  root = copyOfSample()
  const started = watchSample(root)
  watch = started.watch
  await started.output.printed(/server listening on/)
})
afterAll(async () => {
  await end(watch)
  rmSync(root, { recursive: true, force: true })
})

test('as alice, in a second terminal: nothing to mend, and the exit code is 0', async () => {
  const { rows, status, text } = await doctor(root, ['--as', 'alice'])
  expect(rows.filter(({ state }) => state === 'mend' || state === 'warning')).toEqual([])
  expect(status).toBe(0)
  const [token, ...calls] = rows.filter(({ hop }) => hop === 'as you')
  expect(token).toMatchObject({ subject: 'your token', state: 'ok' })
  const asYou = { state: 'ok', cause: expect.stringMatching(/and says that you are ALICE$/) }
  expect(calls).toMatchObject([
    { subject: '"API_EQUIPMENT"', ...asYou },
    { subject: '"API_FUNCTIONALLOCATION"', ...asYou }
  ])
  expect(text).not.toMatch(/eyJ[\w-]+\.|alice/)
})

test('without a user the systems are not called, and the last line says so', async () => {
  const { status, text } = await run(root, [], {}, '')
  expect(status).toBe(0)
  expect(text).toMatch(/^\? connection +"API_EQUIPMENT": not called\n +→ Add --probe/m)
  expect(text.trimEnd().split('\n').at(-1)).toMatch(/^Nothing to mend\. \d+ could not be seen\.$/)
})

test('a user that the landscape does not know is a message', async () => {
  const { status, text } = await run(root, ['--as', 'mallory'], {}, '')
  expect(status).toBe(1)
  expect(text).toMatch(/^cds-principal: .*mallory/)
})
