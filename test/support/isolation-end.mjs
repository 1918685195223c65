// After all tests: removes what isolation.mjs has made, and all that tests have left in it.
import { rmSync } from 'node:fs'
import process from 'node:process'

export default function remove() {
  const { TEST_FOLDER } = process.env
  if (TEST_FOLDER) rmSync(TEST_FOLDER, { recursive: true, force: true, maxRetries: 5 })
}
