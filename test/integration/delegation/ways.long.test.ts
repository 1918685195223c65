import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { EmulatorOptions } from '../../../emulator/src/index.js'
import { createSigningIdentity } from '../../../emulator/src/saml/signing-identity.js'
import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { SAMPLE, type SampleOptions } from '../../support/sample.js'
import { trust } from '../../unit/destination/support/landscape.js'
import { until } from '../background/queue-sample.js'
import { AUDIENCE, SamlBackend } from '../destination-types/saml-backend.js'
import { type Arrival, LANDSCAPE } from './delegation-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const ISSUER = 'https://delegation.localhost'
const ON_PREMISE = {
  URL: 'http://s4.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}

/** Options of the ways by which the landscape trusts the application. */
type Ways = Readonly<Record<'ias' | 'saml' | 'userToken', object>>

/** The sample, bound to its keys as on BTP, with a way to a token. */
function start(
  wayOf: (ways: Ways) => object,
  landscape: Partial<EmulatorOptions> = {},
  more: Partial<SampleOptions> = {}
) {
  return RunningSample.start(
    ({ vcapServices }) => {
      const { credentials = {} } = vcapServices()['user-provided']?.[0] ?? {}
      const way = wayOf(credentials['ways'] as Ways)
      return {
        extra: join(__dirname, 'ways-app'),
        ...more,
        requires: {
          'delegation-keys': { vcap: { name: 'emulated-delegation-keys' } },
          identity: { vcap: { label: 'identity' } },
          API_EQUIPMENT: {
            delegation: { credentials: 'delegation-keys', ...way },
            destinationOptions: { iasToXsuaaTokenExchange: true }
          },
          ...more.requires
        }
      }
    },
    { delegation: true, ...landscape }
  )
}

interface Row {
  readonly status: string | null
  readonly attempts: number
  readonly lastError: string | null
}

/** Rows of the queue, once they are as they should be. */
async function rowsOf(client: Client, holds: (rows: Row[]) => boolean): Promise<Row[]> {
  return until(async () => {
    const { body } = await client.get('/odata/v4/planning/rows()')
    return JSON.parse(body.value as unknown as string) as Row[]
  }, holds)
}

/** Queues a change of a piece of equipment, and waits until it is made. */
async function change(client: Client, id: string, remote = 'API_EQUIPMENT'): Promise<string> {
  const name = `Pump ${id}`
  const planned = await client.post('/odata/v4/planning/plan', { remote, id, name })
  expect(planned.status).toBe(204)
  await rowsOf(client, ({ length }) => length === 0)
  return name
}

/** The users who have made a change of a piece of equipment, by the system's own record. */
async function usersOf({ emulator }: RunningSample, id: string): Promise<(string | null)[]> {
  const changes = await emulator.s4.changes()
  return changes.flatMap(({ user, key, event }) =>
    event === 'UPDATE' && JSON.stringify(key).includes(id) ? [user] : []
  )
}

const xsSecurity = () =>
  JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')) as object
const equipment = (id: string) => ({ id, name: 'new', plant: '1010', category: 'M' })

describe('Identity Authentication', () => {
  let sample: RunningSample
  beforeAll(async () => {
    sample = await start(({ ias }) => ({ ias }), { identity: true })
  })
  afterAll(() => sample.stop())

  test.each([
    ['an author of Identity Authentication', { issuer: 'ias' as const }, 'IAS-1'],
    ['an author of XSUAA, by the own shadow user', { claims: { origin: 'sap.custom' } }, 'IAS-2']
  ])('%s: the change in S/4 is the author’s', async (_, token, id) => {
    await (await sample.as('bob')).post(EQUIPMENT, equipment(id))
    const bearer = await sample.emulator.issueToken({ user: 'alice', ...token })
    await change(sample.with(`Bearer ${bearer}`), id)
    expect(await usersOf(sample, id)).toEqual(['ALICE'])
  })

  test('a user who has logged on elsewhere is not the one whom Identity Authentication knows', async () => {
    const alice = await sample.as('alice') // origin sap.default
    const data = { remote: 'API_EQUIPMENT', id: 'IAS-1', name: 'never' }
    expect((await alice.post('/odata/v4/planning/plan', data)).status).toBe(500)
    expect(await rowsOf(alice, () => true)).toEqual([])
    expect(await sample.sample.output()).toContain('ERR_DELEGATION_REFUSED')
    expect(await usersOf(sample, 'IAS-1')).toEqual(['ALICE'])
    expect(await sample.sample.output()).not.toMatch(/eyJ/)
  })
})

describe('SAML at XSUAA', () => {
  let sample: RunningSample
  beforeAll(async () => {
    const { certificate } = await createSigningIdentity('another application')
    sample = await start(({ saml }) => ({ saml }), {
      trust: { another: { entityId: 'urn:another', certificate } },
      tenants: {
        'customer-2': {
          users: { tom: { roles: ['Technician'] } },
          destinations: { S4: ON_PREMISE },
          trust: { delegation: { entityId: 'urn:another', certificate } }
        }
      },
      xsSecurity: { ...xsSecurity(), 'tenant-mode': 'shared' }
    })
  })
  afterAll(() => sample.stop())

  test('the change in S/4 is of the author, each with the own one', async () => {
    const [alice, bob] = [await sample.as('alice'), await sample.as('bob')]
    await bob.post(EQUIPMENT, equipment('SAML-1'))
    await change(alice, 'SAML-1')
    await change(bob, 'SAML-1')
    expect(await usersOf(sample, 'SAML-1')).toEqual(['ALICE', 'BOB'])
  })

  test('in a tenant that does not trust the application, nothing is queued', async () => {
    const tom = sample.with(
      `Bearer ${await sample.emulator.issueToken({ user: 'tom', tenant: 'customer-2' })}`
    )
    const data = { remote: 'API_EQUIPMENT', id: 'SAML-1', name: 'never' }
    const refused = await tom.post('/odata/v4/planning/plan', data)
    expect(refused.status).toBe(500)
    expect(await rowsOf(tom, () => true)).toEqual([])
    expect(await sample.sample.output()).toContain('ERR_DELEGATION_REFUSED')
  })
})

describe('the pattern of the Cloud Connector for the subject of the certificate', () => {
  /** Plans a change of alice's, and returns the errors of the queue and the subjects that came to the system. */
  async function subjects(subjectPattern: string) {
    const sample = await start(({ saml }) => ({ saml }), { ...LANDSCAPE, subjectPattern })
    try {
      const alice = await sample.as('alice')
      const data = { remote: 'API_EQUIPMENT', id: 'P-1', name: 'Pump' }
      expect((await alice.post('/odata/v4/planning/plan', data)).status).toBe(204)
      const isTried = (rows: Row[]) => rows.every(({ lastError }) => lastError !== null)
      const errors = (await rowsOf(alice, isTried)).map(({ lastError }) => lastError)
      const arrivals = await sample.emulator.system('s4.internal:44300').audit()
      const token = await sample.emulator.issueToken({ user: 'alice' })
      const [, payload = ''] = token.split('.')
      const { user_id: own } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
        user_id: string
      }
      return {
        errors,
        own,
        found: (arrivals as unknown as Arrival[]).map(({ subject }) => subject)
      }
    } finally {
      await sample.stop()
    }
  }

  test('with the e-mail address works with the token of a SAML assertion', async () => {
    expect(await subjects('CN=${email}')).toMatchObject({
      errors: [],
      found: ['CN=alice@example.com']
    })
  })

  test('with the id of the user names another one: that of the user of this trust', async () => {
    const { errors, own, found } = await subjects('CN=${user_uuid}')
    expect(errors).toEqual([])
    expect(found).toEqual([expect.stringMatching(/^CN=[\da-f-]{36}$/)])
    expect(found).not.toEqual([`CN=${own}`])
  })
})

describe('a destination with the application’s keys', () => {
  let backend: SamlBackend
  let sample: RunningSample
  beforeAll(async () => {
    backend = await SamlBackend.start()
    trust(backend.ca)
    const keys = { 'x_user_token.jwks': 'delegation' }
    const bearer = {
      ...{ URL: backend.url, Authentication: 'OAuth2SAMLBearerAssertion' },
      ...{ ...backend.oauth, ...keys }
    }
    const direct = {
      ...{ URL: backend.url, Authentication: 'SAMLAssertion', audience: AUDIENCE },
      ...{ assertionRecipient: `${backend.url}/acs`, ...keys }
    }
    const { 'x_user_token.jwks': _, ...other } = direct
    const system = (destination: string) => ({
      ...{ kind: 'rest', onBehalfOf: 'namedUser', credentials: { destination } },
      delegation: { credentials: 'delegation-keys', userToken: { issuer: ISSUER } }
    })
    const requires = {
      SYSTEM_BEARER: system('BEARER'),
      SYSTEM_DIRECT: system('DIRECT'),
      SYSTEM_OTHER: system('OTHER')
    }
    sample = await start(
      ({ saml }) => ({ saml }),
      { destinations: { S4: ON_PREMISE, BEARER: bearer, DIRECT: direct, OTHER: other } },
      { ca: backend.ca, requires }
    )
    await backend.trust(sample.emulator)
  })
  afterAll(async () => {
    await sample.stop()
    await backend.stop()
  })

  test.each([
    ['SYSTEM_BEARER', 'Bearer', 'a token for the assertion of the Destination service'],
    ['SYSTEM_DIRECT', 'SAML2.0', 'the assertion of the Destination service itself']
  ])('%s, scheme %s: the system knows each author by %s', async (remote, scheme) => {
    const before = backend.calls.length
    await change(await sample.as('alice'), 'T-1', remote)
    await change(await sample.as('bob'), 'T-2', remote)
    expect(backend.calls.slice(before)).toMatchObject([
      { user: 'alice', scheme },
      { user: 'bob', scheme }
    ])
  })

  test('SAMLAssertion without the keys of the application: nothing is queued', async () => {
    const alice = await sample.as('alice')
    const data = { remote: 'SYSTEM_OTHER', id: 'T-3', name: 'never' }
    const before = backend.calls.length
    expect((await alice.post('/odata/v4/planning/plan', data)).status).toBe(500)
    await sample.sample.printed(/ERR_DELEGATION_REFUSED.*declares no keys of the application/)
    expect(await rowsOf(alice, () => true)).toEqual([])
    expect(backend.calls).toHaveLength(before)
  })
})

test('without any way, the start fails and says so', async () => {
  const requires = { auth: { emulator: false } } // where it is true, the landscape gives one
  const started = start(() => ({}), {}, { requires })
  await expect(started.then((sample) => sample.stop())).rejects.toThrow(/no way to a token/)
})
