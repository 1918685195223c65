import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import {
  type DelegationKeyFile,
  makeKeys,
  rotate
} from '../../../emulator/src/cli/delegation-key-file.js'
import type { Client } from '../../support/client.js'
import { processEnvironment } from '../../support/environment.js'
import { RunningSample } from '../../support/running-sample.js'
import { Output, SAMPLE } from '../../support/sample.js'
import { copyOfSample } from '../../support/sample-copy.js'
import { until } from '../background/queue-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'
const PLACE = { namespace: 'maintenance', name: 'keys' }

interface Row {
  readonly msg: string
  readonly attempts: number
  readonly lastError: string | null
}

/** The sample, whose keys are in the SAP Credential Store: the landscape has put them there, as an administrator does. */
function start(
  credentialStore: object,
  authentication: 'mtls' | 'oauth:mtls' = 'mtls',
  failures = 0
) {
  return RunningSample.start(
    ({ vcapServices, credentialStore: store, enqueue }) => {
      for (let i = 0; i < failures; i++) enqueue('credstore', { status: 503 })
      const { credentials = {} } = vcapServices()['user-provided']?.[0] ?? {}
      const { recordKeys, assertionKeys, ways } = credentials as unknown as Credentials
      write(store, { recordKeys, assertionKeys })
      const requires = {
        keys: { kind: 'credstore', credentialStore },
        API_EQUIPMENT: { delegation: { credentials: 'keys', saml: ways.saml } }
      }
      return { extra: join(__dirname, 'ways-app'), requires }
    },
    { delegation: true, credentialStore: { authentication, permissions: ['read'] } }
  )
}

interface Credentials extends DelegationKeyFile {
  readonly ways: { readonly saml: object }
}

type Store = RunningSample['emulator']['credentialStore']

function write(store: Store, keys: DelegationKeyFile): void {
  const value = Buffer.from(JSON.stringify(keys)).toString('base64')
  store.write(PLACE.namespace, { name: PLACE.name, value })
}

describe('keys in the SAP Credential Store', () => {
  let sample: RunningSample
  let keys: DelegationKeyFile
  beforeAll(async () => {
    sample = await start({ ...PLACE, refresh: '1s' })
    const { credentials = {} } = sample.emulator.vcapServices()['user-provided']?.[0] ?? {}
    keys = credentials as unknown as DelegationKeyFile
    const id = 'STORE-1'
    const data = { id, name: 'new', plant: '1010', category: 'M' }
    await (await sample.as('bob')).post(EQUIPMENT, data)
  })
  afterAll(() => sample.stop())

  const rows = async (client: Client) => {
    const { body } = await client.get('/odata/v4/planning/rows()')
    return JSON.parse(body.value as unknown as string) as Row[]
  }
  const plan = async (client: Client, name: string) => {
    const data = { remote: 'API_EQUIPMENT', id: 'STORE-1', name }
    expect((await client.post('/odata/v4/planning/plan', data)).status).toBe(204)
  }
  /** The users who have changed the piece of equipment, by the system's own record. */
  const users = async () =>
    (await sample.emulator.s4.changes()).flatMap(({ event, user }) =>
      event === 'UPDATE' ? [user] : []
    )
  const change = async (user: string, name: string) => {
    const client = await sample.as(user)
    await plan(client, name)
    await until(
      () => rows(client),
      ({ length }) => length === 0
    )
  }
  /** Writes keys, and waits until the sample has them. */
  const replace = async (next: DelegationKeyFile) => {
    keys = next
    const printed = async () =>
      (await sample.sample.output()).split('keys of delegations were replaced').length
    const before = await printed()
    write(sample.emulator.credentialStore, keys)
    await until(printed, (count) => count > before)
  }
  /** Takes the next step of a rotation, as the command does. */
  const next = async () => replace((await rotate(keys, 'test', 30)).keys)

  test('a queued change is the author’s', async () => {
    await change('alice', 'one')
    expect(await users()).toEqual(['ALICE'])
  })

  test('and stays it while the keys are rotated, without a restart', async () => {
    await next() // a second key, which signs nothing yet
    await change('bob', 'two')
    await next() // it signs: XSUAA does not know it, and the other one is tried
    await change('alice', 'three')
    expect(await users()).toEqual(['ALICE', 'BOB', 'ALICE'])
  })

  test('while the store does not answer, the keys stay', async () => {
    const { emulator } = sample
    emulator.credentialStore.remove(PLACE.namespace, PLACE.name)
    await sample.sample.printed(/ERR_DELEGATION_KEYS.*status 404/)
    await change('bob', 'four')
    expect((await users()).at(-1)).toBe('BOB')
  })

  test('what was queued with a key that was withdrawn is not done', async () => {
    const { recordKeys } = await makeKeys('test', 30)
    await replace({ ...keys, recordKeys: [...recordKeys, ...keys.recordKeys.slice(0, 1)] })
    const alice = await sample.as('alice')
    // the row stays for other attempts, which have longer and longer pauses
    for (let i = 0; i < 20; i++) sample.emulator.enqueue('s4', { status: 503 })
    await plan(alice, 'never')
    await until(
      () => rows(alice),
      ([row]) => (row?.attempts ?? 0) > 0
    )
    await replace({ ...keys, recordKeys: keys.recordKeys.slice(1) })
    const [dead] = await until(
      () => rows(alice),
      ([row]) => (row?.lastError ?? '').includes('its key is not known')
    )
    expect(dead?.lastError).toContain('ERR_DELEGATION_INVALID')
    expect(await users()).toHaveLength(4)
  })

  test('no key is in the log', async () => {
    const secrets = [...keys.recordKeys, ...keys.assertionKeys].map(({ d }) => String(d))
    const output = await sample.sample.output()
    expect(secrets.filter((each) => output.includes(each))).toEqual([])
  })
})

test('with OAuth, and keys at the default place', async () => {
  const sample = await start({}, 'oauth:mtls')
  const requests = sample.emulator.requests('credstore')
  expect(requests.map(({ path }) => path)).toEqual(['/api/v1/token', '/api/v1/credentials/key'])
  await sample.stop()
})

test.each<[object, RegExp, number]>([
  [
    { ...PLACE, name: 'other' },
    /ERR_DELEGATION_KEYS.*"other" in the namespace "maintenance".*404/,
    0
  ],
  [{ namspace: 'maintenance' }, /did you mean "namespace"/, 0],
  [PLACE, /ERR_DELEGATION_KEYS.*status 503, 3 times/, 3]
])('with %j, the start fails and says so', async (credentialStore, message, failures) => {
  const started = start(credentialStore, 'mtls', failures)
  await expect(started.then((sample) => sample.stop())).rejects.toThrow(message)
})

test.each([{ kind: 'credstore', credentialStore: PLACE }, { credentialStore: PLACE }])(
  'in development, %j is an emulated store with the keys at this place',
  async (entry) => {
    const root = copyOfSample()
    const file = join(root, '.cdsrc.json')
    const configuration = JSON.parse(readFileSync(file, 'utf8')) as {
      requires: Record<string, object>
    }
    const { requires } = configuration
    requires.keys = entry
    requires.API_EQUIPMENT = { ...requires.API_EQUIPMENT, delegation: { credentials: 'keys' } }
    writeFileSync(file, JSON.stringify(configuration))
    const cds = join(SAMPLE, 'node_modules/@sap/cds-dk/bin/cds.js')
    const child = spawn(process.execPath, [cds, 'watch', '--livereload', 'false'], {
      cwd: root,
      env: processEnvironment({ PORT: '0' }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true // a group of its own, as a terminal makes it
    })
    const output = new Output(child)
    await output.printed(/server listening on|ERR_\w+/)
    const ended = new Promise((done) => child.once('close', done))
    process.kill(-Number(child.pid), 'SIGINT')
    await ended
    rmSync(root, { recursive: true, force: true })
    expect(output.text).toMatch(/server listening on/)
    expect(output.text).not.toMatch(/ERR_/)
  }
)
