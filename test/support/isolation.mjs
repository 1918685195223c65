// Before all tests: a home and a folder for temporary files of their own. CAP keeps its registry of running servers in the
// home, and a landscape is found by a socket among the temporary files. So tests and a running `npm start` share nothing.
import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

export default function isolate() {
  const folder = mkdtempSync(join(tmpdir(), 'cdsp-')) // short: the path of a socket has about 100 characters at most
  chmodSync(folder, 0o711) // the account of PostgreSQL has a folder below it
  const home = join(folder, 'home')
  mkdirSync(home)
  process.env.HOME_OF_USER = process.env.HOME ?? '' // npm's cache and settings stay where they are
  process.env.HOME = home
  process.env.USERPROFILE = home
  process.env.TMPDIR = folder
  process.env.TEST_FOLDER = folder
  // SAP Cloud SDK: its hints are about destinations that tests make up
  process.env.SAP_CLOUD_SDK_LOG_LEVEL ??= 'error'
}
