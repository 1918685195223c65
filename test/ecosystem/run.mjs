// `npm run test:ecosystem [filter …]`: the packed package in projects that CAP's own tools create, and with other plugins.
// A filter is a part of a case's name, such as "cap10/esm" or "change-tracking". ECOSYSTEM_FOLDER=<folder> keeps the installed
// packages there for the next run. Network: the npm registry.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'

import { createBench, pack } from './support/bench.mjs'
import { endAll } from './support/processes.mjs'
import ams from './cases/ams.mjs'
import amsTenants from './cases/ams-tenants.mjs'
import bind from './cases/bind.mjs'
import commands from './cases/commands.mjs'
import delegations from './cases/delegations.mjs'
import eventQueue from './cases/event-queue.mjs'
import conformance from './cases/conformance.mjs'
import facets from './cases/facets.mjs'
import firstSteps from './cases/first-steps.mjs'
import multitenancy from './cases/multitenancy.mjs'
import plugins from './cases/plugins.mjs'
import remoteAgents from './cases/remote-agents.mjs'
import remoteKinds from './cases/remote-kinds.mjs'
import testRunners from './cases/test-runners.mjs'

const LIMIT_MINUTES = 20
const PARALLEL = 2

const filters = process.argv.slice(2)
const chosen = [
  firstSteps,
  multitenancy,
  plugins,
  remoteKinds,
  remoteAgents,
  conformance,
  ams,
  amsTenants,
  eventQueue,
  delegations,
  bind,
  testRunners,
  facets,
  commands
]
  .flatMap((make) => [10, 9].flatMap((version) => make(version)))
  .filter(({ name }) => !filters.length || filters.some((filter) => name.includes(filter)))

const kept = process.env.ECOSYSTEM_FOLDER
const temporary = kept ?? fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-ecosystem-'))
fs.mkdirSync(temporary, { recursive: true })
const begin = Date.now()
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(0)} s`
const results = { passed: 0, failed: 0, skipped: 0 }

async function main() {
  const tarballs = pack(temporary)
  const benches = {}
  for (const version of [10, 9]) {
    if (!chosen.some((each) => each.version === version)) continue
    const start = Date.now()
    try {
      benches[version] = await createBench(temporary, version, tarballs)
      console.log(`installed CAP ${version} in ${seconds(start)}`)
    } catch (error) {
      report(`cap${version}/install`, 'failed', start, error)
    }
  }
  const queue = chosen.filter(({ version }) => benches[version])
  await Promise.all(Array.from({ length: PARALLEL }, () => work(queue, benches)))
}

/** Takes one case after the other; one that can't run with what is installed returns why. */
async function work(queue, benches) {
  for (let next; (next = queue.shift());) {
    const { name, version, skip, run } = next
    const start = Date.now()
    if (skip) report(name, 'skipped', start, skip)
    else
      await run(benches[version]).then(
        (reason) => report(name, reason ? 'skipped' : 'passed', start, reason),
        (error) => report(name, 'failed', start, error)
      )
  }
}

function report(name, result, start, reason) {
  results[result]++
  console.log(
    `${result === 'passed' ? 'ok' : result}  ${name}  ${seconds(start)}${result === 'skipped' ? `: ${reason}` : ''}`
  )
  if (result === 'failed') console.log(indented(reason?.stack ?? String(reason)))
}

const indented = (text) =>
  text
    .split('\n')
    .slice(0, 80)
    .map((line) => `    ${line}`)
    .join('\n')

async function finish() {
  await endAll()
  if (!kept) fs.rmSync(temporary, { recursive: true, force: true })
  const skipped = results.skipped ? `, ${results.skipped} skipped` : ''
  console.log(
    `\n${chosen.length} cases in ${seconds(begin)}\n${results.passed} passed, ${results.failed} failed${skipped}`
  )
  process.exit(results.failed || !results.passed ? 1 : 0)
}

setTimeout(() => {
  report('time limit', 'failed', begin, `not finished after ${LIMIT_MINUTES} minutes`)
  void finish()
}, LIMIT_MINUTES * 60_000).unref()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    report('interrupted', 'failed', begin, signal)
    void finish()
  })
}

await main().catch((error) => report('set-up', 'failed', begin, error))
await finish()
