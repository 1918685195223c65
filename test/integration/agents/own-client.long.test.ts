import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  identityCredentials,
  requestIdentityToken
} from '../../../emulator/test/support/identity.js'
import { startLandscape } from '../../support/emulator.js'
import { RunningSample } from '../../support/running-sample.js'
import { SAMPLE, startSample } from '../../support/sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { Agent } from './agent.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const LOCATIONS = '/odata/v4/maintenance/FunctionalLocations?$top=1'
const GRANTED = '$XSAPPNAME(application,maintenance).Supervisor'

/** The descriptor of the application, which grants one scope to the agent. */
function granting(): object {
  const descriptor = JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')) as {
    scopes: { name: string }[]
  }
  const scopes = descriptor.scopes.map((scope) =>
    scope.name.endsWith('.Supervisor')
      ? { ...scope, 'granted-apps': ['$XSAPPNAME(application,agent)'] }
      : scope
  )
  return { ...descriptor, scopes }
}

/** The descriptor of the agent's own instance of XSUAA. */
const AGENT = {
  xsappname: 'agent',
  'foreign-scope-references': [GRANTED],
  'role-templates': [{ name: 'Assistant', 'scope-references': [GRANTED] }]
}

describe('an agent with a service instance of XSUAA', () => {
  let running: RunningSample
  let credentials: Record<string, string>
  beforeAll(async () => {
    running = await RunningSample.start(
      {
        requires: {
          API_EQUIPMENT: { clients: ['$own'] },
          API_FUNCTIONALLOCATION: { clients: ['$own', 'sb-agent!t2'] }
        },
        env: { DEBUG: 'principal' }
      },
      {
        xsSecurity: granting(),
        applications: { agent: { xsSecurity: AGENT } },
        users: { carol: { roles: ['Supervisor', 'agent.Assistant'] } }
      }
    )
    trust(running.emulator.ca)
    credentials = running.emulator.applicationBinding('agent').credentials as typeof credentials
  })
  afterAll(() => running?.stop())

  test('logs its user on, acts as the user where it may, and nowhere else', async () => {
    const { clientid: client_id = '', clientsecret: client_secret = '' } = credentials
    const agent = new Agent(running.emulator, { client_id, client_secret })
    await agent.discover(running.sample.url + LOCATIONS, 'carol')
    const { result, entries } = await running.recorded(() =>
      agent.get(running.sample.url + LOCATIONS)
    )
    expect(result.status).toBe(200)
    expect(entries).toEqual([expect.objectContaining({ subject: 'CN=carol' })])
    await running.sample.printed(/principal\.call .*"user":"carol","client":"sb-agent!t2".*"ok"/)
    const refused = await running.recorded(() => agent.get(running.sample.url + EQUIPMENT))
    expect(refused.result.status).toBe(403)
    expect(refused).toMatchObject({ entries: [], connections: 0 })
    await running.sample.printed(/ERR_CLIENT_NOT_ALLOWED.*sent client sb-agent!t2/)
  })
})

describe('an agent with an application of Identity Authentication', () => {
  const RENAME = '/odata/v4/change/rename'
  const RENAMED = { id: '10000000', name: 'Pump of an agent' }
  let running: RunningSample
  beforeAll(async () => {
    const emulator = await startLandscape({
      subjectPattern: 'CN=${preferred_username}',
      identity: {
        providedApis: ['Maintain'],
        applications: { agent: { consumes: ['Maintain'] }, stranger: { consumes: ['Maintain'] } }
      }
    })
    const { identity, destination, connectivity } = emulator.vcapServices()
    const { clientid = '' } = identityCredentials(emulator, 'agent')
    const sample = await startSample({
      emulator,
      extra: join(__dirname, '../ias-emulated/app'),
      requires: { API_EQUIPMENT: { clients: ['$own', clientid] } },
      env: {
        DEBUG: 'principal',
        VCAP_SERVICES: JSON.stringify({ identity, destination, connectivity })
      }
    })
    running = new RunningSample(emulator, sample)
  })
  afterAll(() => running?.stop())

  /** A client with a token that the agent has asked for, for this application or for itself. */
  async function through(application: string, isForThisOne = true) {
    const { emulator } = running
    const { clientid } = identityCredentials(emulator)
    const resource = `urn:sap:identity:application:provider:clientid:${clientid}`
    const { body } = await requestIdentityToken(
      emulator,
      {
        ...{ grant_type: 'password', username: 'alice', password: '' },
        ...(isForThisOne && { resource })
      },
      identityCredentials(emulator, application)
    )
    return running.with(`Bearer ${body.access_token as string}`)
  }

  test('asks for a token for this application, and acts as the user where it may', async () => {
    const client = await through('agent')
    const { result, entries } = await running.recorded(() => client.post(RENAME, RENAMED))
    expect(result.status).toBe(200)
    expect(new Set(entries.map(({ user }) => user))).toEqual(new Set(['ALICE']))
    const { clientid } = identityCredentials(running.emulator, 'agent')
    await running.sample.printed(new RegExp(`principal\\.call .*"client":"${clientid}".*"ok"`))
  })

  test('one that is not named is refused, before anything is sent', async () => {
    const client = await through('stranger')
    const { result, entries } = await running.recorded(() => client.post(RENAME, RENAMED))
    expect({ status: result.status, entries }).toEqual({ status: 403, entries: [] })
    await running.sample.printed(/ERR_CLIENT_NOT_ALLOWED/)
  })

  test('its token for itself is not accepted', async () => {
    expect((await (await through('agent', false)).post(RENAME, RENAMED)).status).toBe(401)
    await running.sample.printed(/ERR_TOKEN_AUDIENCE/)
  })
})
