import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readLandscapeFile } from '../../src/project/landscape-file.js'
import { run } from '../standalone/started.js'
import { CANARIES, FRAGMENTS, writeExports } from './exports.js'

const APPLICATION = resolve(__dirname, '../support/call-on-premise.mjs')
const ARGUMENTS = [
  ...['--destinations', 'destinations.json', 'LEGACY.properties'],
  ...['--vcap', 'env.txt', '--xs-security', 'xs-security.json', '--mta', 'mta.yaml']
]

const folder = writeExports()
const landscape = join(folder, 'landscape.json')
afterAll(() => rmSync(folder, { recursive: true }))

function expectNoCanary(text: string): void {
  for (const canary of Object.values(CANARIES)) expect(text).not.toContain(canary)
  expect(text).not.toMatch(FRAGMENTS)
}

test('an import writes a landscape, tells what it has replaced, and a call is made through the landscape', async () => {
  const { code, stdout, stderr } = await run(folder, 'import', ...ARGUMENTS)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expectNoCanary(stdout + readFileSync(landscape, 'utf8'))
  expect(stdout).toContain('destinations.S4_TECHNICAL.Password: secret → emulated-secret-1')
  expect(stdout).toContain('service "hana" is not emulated')
  expect(Object.keys(readLandscapeFile(landscape))).toContain('destinations')

  const exec = `"${process.execPath}" "${APPLICATION}" S4 /sap/bc/ping`
  const started = await run(folder, 'start', '--quiet', '--exec', exec)
  expect(started).toMatchObject({ code: 0, stderr: '' })
  expect(started.stdout).toBe('200 <html><body>Server reached.</body></html>\n')
})

test('a file that is there is replaced by --force alone', async () => {
  writeFileSync(landscape, 'mine')
  const refused = await run(folder, 'import', ...ARGUMENTS)
  expect(refused).toMatchObject({ code: 1, stdout: '' })
  expect(refused.stderr).toContain('--output landscape.json: it is there already; --force')
  expect(readFileSync(landscape, 'utf8')).toBe('mine')
  expect(await run(folder, 'import', ...ARGUMENTS, '--force')).toMatchObject({ code: 0 })
  expect(readLandscapeFile(landscape)).toHaveProperty('xsSecurity')
})

test('errors have nothing of a broken file, and nothing is written', async () => {
  writeFileSync(join(folder, 'broken.json'), `[{ "Password": ${CANARIES.password}`)
  const broken = ['--destinations', 'broken.json', '--output', 'other.json']
  const { code, stdout, stderr } = await run(folder, 'import', ...broken)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  expect(stderr).toBe(
    'cds-principal-emulator: --destinations broken.json: it cannot be read as such a file\n'
  )
  expectNoCanary(stderr)
  expect(existsSync(join(folder, 'other.json'))).toBe(false)
})
