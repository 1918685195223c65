// Prints how many tests passed and failed: from jest's results (.json), and from the last lines of other sections' logs.
import fs from 'node:fs'
import process from 'node:process'

const counts = process.argv.slice(2).map((file) => (file.endsWith('.json') ? ofJest : ofLog)(file))
const sum = (index) => counts.reduce((total, count) => total + count[index], 0)
const skipped = sum(2) > 0 ? `, ${sum(2)} skipped` : ''
console.log(`${sum(0)} passed, ${sum(1)} failed${skipped}`)
// A section that could not run at all counts as one failure.
if (counts.some(([passed]) => passed === 0)) process.exitCode = 1

function ofJest(file) {
  if (!fs.existsSync(file)) return [0, 1, 0]
  const results = JSON.parse(fs.readFileSync(file, 'utf8'))
  // A test file that could not run at all counts as one failure.
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
  return [results.numPassedTests, failed, results.numPendingTests + results.numTodoTests]
}

function ofLog(file) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  const [, ...found] =
    [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1) ?? []
  return found.length ? found.map((count) => Number(count ?? 0)) : [0, 1, 0]
}
