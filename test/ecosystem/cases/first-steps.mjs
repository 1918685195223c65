import { aliceIsAlice, call, expect } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { runOrThrow } from '../support/processes.mjs'
import { KINDS, Project } from '../support/project.mjs'
import process from 'node:process'

/** From `cds init` to the built application in production, in each kind of project. */
export default function firstSteps(version) {
  return Object.keys(KINDS).map((kind) => ({
    name: `cap${version}/${kind}/first-steps`,
    version,
    run: (bench) => run(bench, kind)
  }))
}

async function run(bench, kind) {
  const project = await Project.create(bench, kind, `first-${kind}`)
  try {
    project.addPlantService()
    project.addPrincipal()
    await project.cdsOrThrow('add', 'principal')
    await watch(project)
    await build(project)
    await serveBuilt(project)
  } finally {
    project.remove()
  }
}

/** The two terminals of the README. */
async function watch(project) {
  const server = await project.startCds(['watch', '--livereload', 'false'])
  try {
    const mock = await project.startCds(['mock', 'API_EQUIPMENT'])
    try {
      const anyone = await call(server, 'GET', '/odata/v4/catalog/Books')
      expect(anyone.status === 200, "the sample's own service is served", anyone, server)
      await aliceIsAlice(server, { user: 'alice' })
    } finally {
      await mock.stop()
    }
  } finally {
    await server.stop()
  }
}

async function build(project) {
  const output = await project.cdsOrThrow('build', '--production')
  expect(output.includes('gen/srv/xs-security.json'), 'xs-security.json is built', output)
  if (project.kind !== 'ts') return
  // without checking types: those that the project's tsconfig.json names are found in CommonJS only
  const options = ['--outDir', 'gen/srv', '--rootDir', '.', '--noCheck']
  const tsc = project.bench.bin('typescript/bin/tsc')
  await runOrThrow(process.execPath, [tsc, ...options], { cwd: project.folder })
}

/** Once with bindings as Cloud Foundry has them, once as Kyma has them. */
async function serveBuilt(project) {
  const landscape = await startLandscape(project)
  try {
    for (const bindings of [landscape.env, landscape.fileEnv]) {
      const server = await project.startServer('gen/srv', { NODE_ENV: 'production', ...bindings })
      try {
        await aliceIsAlice(server, { token: await landscape.token('alice') })
      } finally {
        await server.stop()
      }
    }
    const changes = await landscape.changes()
    const users = new Set(changes.map(({ user }) => user))
    expect(changes.length >= 4 && users.size === 1, 'all changes are by one user', changes)
  } finally {
    await landscape.stop()
  }
}
