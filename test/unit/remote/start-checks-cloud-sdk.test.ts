import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import cds from '@sap/cds'

import { checkCloudSdk } from '../../../src/remote/start-checks.js'

const OPTION = 'cds.requires.S4.onBehalfOf'
const folders: string[] = []
afterEach(() => {
  for (const each of folders.splice(0)) rmSync(each, { recursive: true })
})

/** A folder in which CAP would find these versions. */
function folderWith(versions: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'cds-principal-sdk-'))
  folders.push(root)
  for (const [name, version] of Object.entries(versions)) {
    const folder = join(root, 'node_modules/@sap-cloud-sdk', name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ version }))
  }
  return root
}

const all = (version: string) => ({
  connectivity: version,
  'http-client': version,
  resilience: version
})

test('the one that CAP loads here is new enough', () => {
  expect(() => {
    checkCloudSdk(OPTION)
  }).not.toThrow()
})

test.each(['4.9.0', '4.10.1', '5.0.0'])('%s is', (version) => {
  expect(() => {
    checkCloudSdk(OPTION, folderWith(all(version)))
  }).not.toThrow()
})

test.each(['4.8.2', '3.26.0', '4.7.0'])('%s mixes users, wherever it comes from', (version) => {
  for (const name of ['connectivity', 'http-client', 'resilience']) {
    const root = folderWith({ ...all('4.9.1'), [name]: version })
    expect(() => {
      checkCloudSdk(OPTION, root)
    }).toThrow(`${OPTION} carries a user, but CAP would load @sap-cloud-sdk/${name} ${version}`)
  }
})

test('without one CAP would use a client that can not propagate a user', () => {
  expect(() => {
    checkCloudSdk(OPTION, folderWith({}))
  }).toThrow(/CAP does not find @sap-cloud-sdk\/connectivity.*npm add/)
})

test("CAP's own client is refused", () => {
  const env = cds.env as { remote?: object }
  const { remote } = env
  env.remote = { ...remote, native_fetch: true }
  try {
    expect(() => {
      checkCloudSdk(OPTION)
    }).toThrow(`${OPTION} carries a user, but cds.remote.native_fetch is true`)
  } finally {
    env.remote = remote as object
  }
})
