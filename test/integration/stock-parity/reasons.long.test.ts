import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Client, client } from '../../support/client.js'
import { tokenOf } from '../../support/password-grant.js'
import { SAMPLE, type Sample, startSample } from '../../support/sample.js'
import { until } from '../background/queue-sample.js'
import { Pair } from './support/pair.js'

const REASONS = '/odata/v4/reasons'
const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const ON_PREMISE = { ProxyType: 'OnPremise', Authentication: 'PrincipalPropagation' }
const GONE = { kind: 'rest', credentials: { destination: 'GONE' } }

const { requires } = JSON.parse(readFileSync(join(SAMPLE, '.cdsrc.json'), 'utf8')) as {
  requires: {
    auth: { '[development]': { users: { alice: object }; emulator: { destinations: object } } }
  }
}
const development = requires.auth['[development]']

// the first is CAP 9's default; its default of the second would lock the database while a message is processed
const ENV = {
  cds_requires_scheduling: 'false',
  cds_requires_queue_legacyLocking: 'false',
  cds_log_format: 'json' // as in production
}

let pair: Pair
const callers: Client[] = []
beforeAll(async () => {
  pair = await Pair.start(
    {
      extra: join(__dirname, 'reasons-app'),
      requires: { GONE },
      env: ENV
    },
    {
      delegation: true,
      destinations: {
        ...development.emulator.destinations,
        GONE: { URL: 'http://gone.internal:1', ...ON_PREMISE }
      }
    }
  )
}, 120_000)
afterAll(async () => {
  for (const caller of callers) caller.close()
  await pair.stop()
})

/** A client of one of both, with a token of the user, or of the application itself. */
async function as(app: Sample, user?: string): Promise<Client> {
  const caller = client(app.url, `Bearer ${await tokenOf(pair.emulator, user)}`)
  callers.push(caller)
  return caller
}

const audit = () => pair.emulator.system('s4.internal:44300').audit()

/** As whom S/4 was called while `work` ran, and what it came to. */
async function recorded<T>(work: () => Promise<T>) {
  const before = (await audit()).length
  const result = await work()
  return { result, users: (await audit()).slice(before).map(({ user }) => user) }
}

/** bob's message is processed where that of alice has been, who was there before. */
async function queued(app: Sample) {
  const [alice, bob] = [await as(app, 'alice'), await as(app, 'bob')]
  const refused = async () =>
    /ERR_USER_TOKEN_REQUIRED.*give background work a required service of its own/.test(
      await app.output()
    )
  const { length } = await audit()
  const { users, result } = await recorded(async () => {
    await alice.post(`${REASONS}/enqueue`, { equipment: 'WAIT' })
    await bob.post(`${REASONS}/enqueue`, { equipment: 'OF-BOB' })
    await alice.post(`${REASONS}/release`)
    const isDone = async () =>
      (await refused()) || (await audit()).slice(length).some(({ path }) => path.includes('OF-BOB'))
    await until(isDone, Boolean)
    return { refused: await refused() }
  })
  return { users, ...result }
}

/** What is in the log of a call that fails. */
async function failed(app: Sample) {
  const token = await tokenOf(pair.emulator, 'alice')
  const alice = client(app.url, `Bearer ${token}`)
  callers.push(alice)
  const { length } = await app.output()
  const { status } = await alice.post(`${REASONS}/callGone`)
  const log = (await app.output()).slice(length)
  const explained =
    /ERR_\w+ · [^·]+ · the call to destination \\"GONE\\" failed: the Cloud Connector does not.*Add it to/
  return {
    status,
    userTokens: log.split(token).length > 1,
    anyTokens: /eyJ[\w-]{10,}/.test(log),
    explained: log.split('\n').filter((line) => explained.test(line)).length
  }
}

/** An application on a laptop: without any binding, with the users of the sample. */
async function onLaptop(app: Sample) {
  const plugin = app === pair.own
  const home = mkdtempSync(join(tmpdir(), 'cds-principal-home-'))
  const mocked = { kind: 'mocked', users: { alice: development.users.alice } }
  const laptop = await startSample({
    emulator: pair.emulator,
    plugin,
    requires: { auth: plugin ? { '[development]': development } : mocked },
    env: { VCAP_SERVICES: undefined, NODE_EXTRA_CA_CERTS: undefined, HOME: home }
  })
  const alice = client(laptop.url, `Basic ${Buffer.from('alice:').toString('base64')}`)
  try {
    const pump = { id: 'LAPTOP', name: 'Pump', plant: '1010', category: 'M' }
    const { status, body } = await alice.post(EQUIPMENT, pump)
    return { status, createdBy: body['createdBy'] }
  } finally {
    alice.close()
    await laptop.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

interface Reason {
  /** What is tried in both. */
  observe(app: Sample): Promise<unknown>
  stock: unknown
  own: unknown
}

/** By the first column of the README's table. */
const REASONS_BY_SITUATION: Record<string, Reason> = {
  'a `client_credentials` token calls your API': {
    observe: async (app) => {
      const technical = await as(app)
      const { result, users } = await recorded(() => technical.get(`${EQUIPMENT}?$top=1`))
      return { status: result.status, users }
    },
    stock: { status: 200, users: ['MAINT_TECH'] },
    own: { status: 403, users: [] }
  },
  '`cds.spawn` or `tx({ user: privileged })` within a request': {
    observe: async (app) => {
      const alice = await as(app, 'alice')
      const { users } = await recorded(async () => {
        for (const place of ['spawn', 'tx'])
          await alice.post(`${REASONS}/asPrivileged`, { place, equipment: 'X' })
      })
      return users
    },
    stock: ['ALICE', 'ALICE'],
    own: []
  },
  'a queued message is processed': {
    observe: queued,
    stock: { users: ['ALICE'], refused: false },
    own: { users: [], refused: true }
  },
  'an attribute is missing, and the condition has `not`': {
    observe: async (app) =>
      (await (await as(app, 'eve')).get(`${REASONS}/OfOtherPlants?$select=ID`)).body.value,
    stock: [{ ID: 1 }, { ID: 2 }],
    own: []
  },
  'a remote call fails': {
    observe: failed,
    stock: { status: 502, userTokens: true, anyTokens: true, explained: 0 },
    own: { status: 502, userTokens: false, anyTokens: false, explained: 1 }
  },
  'principal propagation on a laptop': {
    observe: onLaptop,
    stock: { status: 502, createdBy: undefined },
    own: { status: 201, createdBy: 'ALICE' }
  }
}

/** First cells of the README's table. */
function situations(): string[] {
  const readme = readFileSync(join(SAMPLE, 'README.md'), 'utf8')
  const [, section = ''] = readme.split('## Why not stock CAP?')
  const [table = ''] = section.split('\n\n').filter((part) => part.startsWith('|'))
  return table
    .split('\n')
    .slice(2)
    .map((row) => row.split('|')[1]?.trim() ?? '')
}

test('a queued message is processed: with a delegation, it is sent as its author', async () => {
  const { credentials = {} } = pair.emulator.vcapServices()['user-provided']?.[0] ?? {}
  const { saml } = credentials['ways'] as { saml: object }
  const delegation = { credentials: 'delegation-keys', saml }
  const app = await startSample({
    emulator: pair.emulator,
    extra: join(__dirname, 'reasons-app'),
    env: { ...ENV, cds_requires_scheduling: 'true' }, // delegations need it
    requires: {
      GONE,
      'delegation-keys': { vcap: { name: 'emulated-delegation-keys' } },
      API_EQUIPMENT: { delegation }
    }
  })
  try {
    expect(await queued(app)).toEqual({ users: ['BOB'], refused: false })
  } finally {
    await app.stop()
  }
})

test("each row of the README's table is tried", () => {
  expect(situations()).toEqual(Object.keys(REASONS_BY_SITUATION))
})

describe.each(Object.entries(REASONS_BY_SITUATION))('%s', (_, { observe, stock, own }) => {
  test('stock CAP', async () => {
    expect(await observe(pair.stock)).toEqual(stock)
  })

  test('with cds-principal', async () => {
    expect(await observe(pair.own)).toEqual(own)
  })
})
