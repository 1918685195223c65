import { homedir, tmpdir, userInfo } from 'node:os'
import { sep } from 'node:path'

import { controlSocket } from '../../../emulator/src/process/control.js'
import { processEnvironment } from '../../support/environment.js'

const own = process.env.TEST_FOLDER ?? ''

test("CAP's registry of servers in the user's home is not touched: tests have a home of their own", () => {
  expect(own).not.toBe('')
  expect(homedir()).toBe(`${own}${sep}home`)
  expect(homedir()).not.toBe(userInfo().homedir)
})

test('a landscape that `npm start` runs for this folder is not the one that tests find', () => {
  expect(tmpdir()).toBe(own)
  if (process.platform !== 'win32') expect(controlSocket('.')).toMatch(`${own}${sep}`)
})

test('processes that tests start have the same home and temporary files', () => {
  expect(processEnvironment()).toMatchObject({ HOME: homedir(), TMPDIR: own })
})
