import { expect } from '../support/client.mjs'
import { addNotes, note, TECHNICAL } from '../support/event-queue.mjs'
import { Project } from '../support/project.mjs'

/** `@cap-js-community/event-queue` with subscribers, each of which has an auth context of its own. */
export default function eventQueue(version) {
  return [{ name: `cap${version}/event-queue/tenants`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'event-queue')
  const servers = []
  const start = async (...args) => {
    servers.push(await project.startCds(...args))
    return servers.at(-1)
  }
  try {
    await project.cdsOrThrow('add', 'multitenancy')
    project.addPlantService()
    project.addPrincipal({ after: ['@cap-js-community/event-queue'] })
    project.configure(({ cds }) => {
      const users = { alice: { tenant: 't1' } }
      cds.requires.auth['[development]'] = { users, emulator: { destinations: TECHNICAL } }
    })
    await project.cdsOrThrow('add', 'principal')
    addNotes(project)
    // the sidecar deploys what the model of the application has, without the plugin's configuration
    project.write('db/event-queue.cds', "using from '@cap-js-community/event-queue';\n")
    const sidecar = await start(['serve'], { cwd: project.path('mtx/sidecar') })
    const main = await start(['serve', '--profile', 'with-mtx'])
    await start(['mock', 'API_EQUIPMENT'])
    await project.cdsOrThrow('subscribe', 't1', '--to', sidecar.url, '-u', 'yves:')
    const { id, tenant, zone } = await note(main, { user: 'alice' })
    expect(id === 'alice' && tenant === 't1', 'for the tenant of alice', { id, tenant }, main)
    expect(zone === 't1', 'with a token of the tenant as its auth context', zone, main)
  } finally {
    await Promise.all(servers.map((server) => server.stop()))
    project.remove()
  }
}
