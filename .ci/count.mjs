// Prints how many tests passed and failed, from jest's JSON results.
import fs from 'node:fs'
import process from 'node:process'

const [file] = process.argv.slice(2)
if (fs.existsSync(file)) {
  const results = JSON.parse(fs.readFileSync(file, 'utf8'))
  // A test file that could not run at all counts as one failure.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
  const skipped = results.numPendingTests + results.numTodoTests
  const rest = skipped > 0 ? `, ${skipped} skipped` : ''
  console.log(`${results.numPassedTests} passed, ${failed} failed${rest}`)
} else {
  console.log('0 passed, 1 failed')
  process.exitCode = 1
}
