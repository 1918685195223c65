import process from 'node:process'

import { runOrThrow } from '../support/processes.mjs'
import { Project } from '../support/project.mjs'

const PUMP = `{ ID: 'P-1', name: 'Pump', plant: '1010' }`

/** The README's test for runners that bring their own `beforeAll`, `test` and `expect`. */
const WITH_GLOBALS = `
let btp: Awaited<ReturnType<typeof startEmulator>>
beforeAll(async () => { btp = await startEmulator({ root: cds.root, bind: true }) })
afterAll(() => btp.stop())
const { POST } = cds.test(cds.root)

test("alice's change is alice's in S/4", async () => {
  await POST('/odata/v4/plant/Equipment', ${PUMP}, { auth: { username: 'alice' } })
  const [change] = await btp.s4.changes()
  expect([change?.user, change?.event]).toEqual(['alice', 'CREATE'])
})
`
/** The README's test as it is, with types. */
const FOR_NODE = `
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import cds from '@sap/cds'
import { startEmulator } from 'cds-principal/emulator'

let btp: Awaited<ReturnType<typeof startEmulator>>
before(async () => { btp = await startEmulator({ root: cds.root, bind: true }) })
after(() => btp.stop())
const { POST } = cds.test(cds.root)

test("alice's change is alice's in S/4", async () => {
  await POST('/odata/v4/plant/Equipment', ${PUMP}, { auth: { username: 'alice' } })
  const [change] = await btp.s4.changes()
  assert.deepEqual([change?.user, change?.event], ['alice', 'CREATE'])
})
`
const IMPORTS = `import cds from '@sap/cds'
import { startEmulator } from 'cds-principal/emulator'
`
const withoutTypes = (source) => source.replace(/: Awaited<.*>$/m, '')

/** By runner: the kind of project, its files, and how the test is run. */
const RUNNERS = {
  'node --test': {
    kind: 'esm',
    files: { 'test/principal.test.js': withoutTypes(FOR_NODE) },
    args: () => ['--test', '--test-reporter=tap']
  },
  // what `cds-tsx` does for its commands: the same loader, for the tests
  tsx: {
    kind: 'ts',
    files: { 'test/principal.test.ts': FOR_NODE },
    env: { CDS_TYPESCRIPT: 'tsx' },
    args: () => ['--import', 'tsx', '--test', '--test-reporter=tap', 'test/principal.test.ts']
  },
  vitest: {
    kind: 'esm',
    files: {
      'vitest.config.mjs':
        'export default { test: { globals: true, testTimeout: 60000, hookTimeout: 60000 } }\n',
      'test/principal.test.ts': IMPORTS + WITH_GLOBALS
    },
    args: (bench) => [bench.bin('vitest/vitest.mjs'), 'run']
  },
  'ts-jest': {
    kind: 'cjs',
    files: {
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          moduleResolution: 'nodenext',
          target: 'es2023',
          esModuleInterop: true,
          skipLibCheck: true,
          types: ['jest', 'node']
        }
      }),
      'jest.config.js':
        "module.exports = { preset: 'ts-jest', testEnvironment: 'node', testTimeout: 60000 }\n",
      'test/principal.test.ts': IMPORTS + WITH_GLOBALS
    },
    args: (bench) => [bench.bin('jest/bin/jest.js')]
  }
}

/** The test of the README under the runners that CAP projects use. */
export default function testRunners(version) {
  return Object.entries(RUNNERS).map(([runner, options]) => ({
    name: `cap${version}/${options.kind}/runs in ${runner}`,
    version,
    run: (bench) => run(bench, runner, options)
  }))
}

async function run(bench, runner, { kind, files, args, env }) {
  const project = await Project.create(bench, kind, `runner-${runner.replaceAll(/\W+/g, '-')}`, [])
  try {
    project.addPlantService()
    project.addPrincipal()
    for (const [name, text] of Object.entries(files)) project.write(name, text)
    const options = { cwd: project.folder, env: project.env(env), timeout: 180 }
    await runOrThrow(process.execPath, args(bench), options)
  } finally {
    project.remove()
  }
}
