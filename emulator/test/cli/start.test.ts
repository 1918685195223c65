import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { startLandscape } from '../../src/cli/start.js'
import { serveLandscape } from '../../src/process/serve.js'
import { END_SIGNALS } from '../../src/standalone/run-command.js'

jest.mock('../../src/process/serve.js', () => {
  const actual = jest.requireActual<{ serveLandscape: typeof serveLandscape }>(
    '../../src/process/serve.js'
  )
  return { ...actual, serveLandscape: jest.fn(actual.serveLandscape) }
})
const serve = jest.mocked(serveLandscape).getMockImplementation()!

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'start-')))
  writeFileSync(join(folder, 'landscape.json'), '{ "users": { "alice": {} } }')
})
afterEach(() => {
  for (const signal of END_SIGNALS) process.removeAllListeners(signal)
  process.exitCode = undefined
  rmSync(folder, { recursive: true })
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129]
] as const)('%s during the start: the command is not run', async (signal, code) => {
  jest.mocked(serveLandscape).mockImplementationOnce((...args) => {
    process.emit(signal)
    return serve(...args)
  })
  await startLandscape({ project: folder, quiet: true, exec: `echo x > "${join(folder, 'ran')}"` })
  expect(process.exitCode).toBe(code)
  expect(readdirSync(folder)).toEqual(['landscape.json'])
})

test('without a signal, the command is run, and its exit code is that of the start', async () => {
  await startLandscape({ project: folder, quiet: true, exec: 'exit 7' })
  expect(process.exitCode).toBe(7)
  expect(readdirSync(folder)).toEqual(['landscape.json'])
})
