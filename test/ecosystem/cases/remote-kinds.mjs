import { aliceIsAlice, expect } from '../support/client.mjs'
import { startLandscape } from '../support/landscape.mjs'
import { Project } from '../support/project.mjs'

/** The library of `@sap/cds-rfc` is in a registry for SAP's customers only: this one opens nothing. */
const LIBRARY = 'exports.RFCClient = class RFCClient {}'

/** A remote kind of another package, with a class of its own: it takes the user from the HTTP request. */
export default function remoteKinds(version) {
  return [{ name: `cap${version}/remote-kinds/rfc`, version, run }]
}

async function run(bench) {
  const project = await Project.create(bench, 'esm', 'remote-kinds')
  let landscape
  try {
    configure(project)
    landscape = await startLandscape(project)
    const env = { ...landscape.env, NODE_PATH: project.path('libraries') }
    await startsWithoutOnBehalfOf(project, landscape, env)
    await stopsWithOnBehalfOf(project, env)
  } finally {
    await landscape?.stop()
    project.remove()
  }
}

function configure(project) {
  project.addPlantService()
  project.addPrincipal({ before: ['@sap/cds-rfc'] })
  project.configure(({ cds }) => {
    cds.requires.SYSTEM = {
      kind: 'rfc',
      model: 'srv/external/SYSTEM',
      credentials: { destination: 'RFC' }
    }
  })
  project.write(
    'srv/external/SYSTEM.cds',
    '@cds.external service SYSTEM { action STFC_CONNECTION(REQUTEXT : String) returns String; }\n'
  )
  project.write('libraries/package.json', '{}')
  project.write('libraries/@sap-rfc/node-rfc-library.js', LIBRARY)
  project.write(
    'srv/connect-service.cds',
    'service ConnectService { function client() returns String; }\n'
  )
  project.write(
    'srv/connect-service.js',
    `import cds from '@sap/cds'
export default async (srv) => {
  const system = await cds.connect.to('SYSTEM')
  srv.on('client', () => system.constructor.name)
}
`
  )
}

/** Stays what it is without this package, which has no part in it. */
async function startsWithoutOnBehalfOf(project, landscape, env) {
  const server = await project.startCds(['serve'], { env })
  try {
    await aliceIsAlice(server, { token: await landscape.token('alice') })
    const answer = await fetch(`${server.url}/odata/v4/connect/client()`)
    const { value } = await answer.json()
    expect(value === 'RFCService', 'the service has the class of its own package', value, server)
  } finally {
    await server.stop()
  }
}

/** Whoever says on whose behalf it calls learns that nobody sees to it. */
async function stopsWithOnBehalfOf(project, env) {
  project.configure(({ cds }) => {
    cds.requires.SYSTEM.onBehalfOf = 'namedUser'
  })
  const { code, output } = await project.cds(['serve'], { env, timeout: 60 })
  const isRefused = /cds\.requires\.SYSTEM\.onBehalfOf is set, but its implementation/.test(output)
  expect(code === 1 && isRefused, 'with onBehalfOf it does not start', { code, output })
}
