import { join } from 'node:path'

import type { Emulator, VcapServices } from '../../../emulator/src/index.js'
import { type Client, client } from '../../support/client.js'
import { startLandscape } from '../../support/emulator.js'
import { tokenOf } from '../../support/password-grant.js'
import { type Sample, startSample } from '../../support/sample.js'
import { linesOf } from './lines.js'

const SYSTEM = 'x.internal:443'
const S4 = {
  URL: `http://${SYSTEM}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}
const TECHNICAL = { ...S4, Authentication: 'BasicAuthentication', User: 'u', Password: 'canary-1' }
const TOKEN = {
  URL: 'https://s4.example',
  Authentication: 'OAuth2ClientCredentials',
  clientId: 'nobody',
  clientSecret: 'canary-2'
}
const requires = {
  RIGHT: { kind: 'rest', credentials: { destination: 'S4_PLANT' } },
  MISSPELT: { kind: 'rest', credentials: { destination: 'S4_PLNT' } },
  TECHNICAL: {
    kind: 'rest',
    onBehalfOf: 'namedUser',
    credentials: { destination: 'S4_TECHNICAL' }
  },
  USER_BOUND: { kind: 'rest', onBehalfOf: 'systemUser', credentials: { destination: 'S4_PLANT' } },
  TOKEN: { kind: 'rest', credentials: { destination: 'TOKEN' } },
  LEVEL: {
    kind: 'rest',
    credentials: { destination: 'S4_PLANT' },
    destinationOptions: { level: 'instance' }
  }
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await startLandscape({
    destinations: { S4_PLANT: S4, S4_TECHNICAL: TECHNICAL, TOKEN },
    users: { alice: { roles: ['Technician'] } },
    onPremise: { [SYSTEM]: { backend: 'test/integration/explain/outbound-backend.ts' } }
  })
})
afterAll(() => emulator.stop())

type Bindings = Record<keyof VcapServices, { credentials: Record<string, unknown> }[] | undefined>

/** Runs the sample in production, with other bindings; ends it afterwards. */
async function withBindings(
  change: (bindings: Bindings) => void,
  work: (sample: Sample, alice: Client) => Promise<void>
): Promise<void> {
  const bindings = structuredClone(emulator.vcapServices()) as unknown as Bindings
  change(bindings)
  const env = {
    NODE_ENV: 'production',
    cds_log_format: 'plain',
    VCAP_SERVICES: JSON.stringify(bindings)
  }
  const sample = await startSample({
    emulator,
    env,
    requires,
    extra: join(__dirname, 'outbound-app')
  })
  const alice = client(sample.url, `Bearer ${await tokenOf(emulator, 'alice')}`)
  try {
    await work(sample, alice)
  } finally {
    alice.close()
    await sample.stop()
  }
}

const call = (alice: Client, service: string) =>
  alice.post('/odata/v4/explained/call', { service, path: '/sap/id', how: 'as it is' })

/** The one entry about a failed call, without secrets and entries of CAP. */
async function entryOf(sample: Sample, alice: Client, service: string): Promise<string> {
  const before = (await sample.output()).length
  const { status } = await call(alice, service)
  expect(status).toBeGreaterThan(400)
  const output = (await sample.output()).slice(before)
  expect(output).not.toMatch(/^\[(remote|odata|error)\] - (?!POST)|^\s+at |canary|eyJ[\w-]{10}/m)
  const lines = linesOf(output)
  expect(lines).toHaveLength(1)
  return lines[0] ?? ''
}

test('names and types of destinations: what was sent and what is right; with the right one it works', async () => {
  await withBindings(
    () => undefined,
    async (sample, alice) => {
      const of = (service: string) => entryOf(sample, alice, service)
      expect(await of('MISSPELT')).toMatch(
        /ERR_DESTINATION_NOT_FOUND · destination · there is no destination "S4_PLNT" in the service instance and the subaccount of the provider \(sent S4_PLNT ≠ expected S4_PLANT\) · Did you mean "S4_PLANT"\?/
      )
      expect(await of('LEVEL')).toMatch(
        /NOT_FOUND · .*on level "instance" · It is on another level \(subaccount of the provider\)/
      )
      expect(await of('TECHNICAL')).toMatch(
        /ERR_DESTINATION_TECHNICAL · .*\(sent Authentication "BasicAuthentication" ≠ expected one that propagates users\) · /
      )
      expect(await of('USER_BOUND')).toMatch(
        /ERR_DESTINATION_USER_BOUND · .*\(sent Authentication "PrincipalPropagation" ≠ expected a technical one\) · /
      )
      expect(await of('TOKEN')).toMatch(
        /ERR_DESTINATION_UNAVAILABLE · token retrieval of the destination · .*"TOKEN" \(OAuth2ClientCredentials\).* · Nothing was sent\. Check "clientId", "clientSecret"/
      )
      expect(await call(alice, 'RIGHT')).toMatchObject({ status: 200 })
    }
  )
}, 30_000)

test.each<['destination' | 'connectivity', string]>([
  ['destination', 'Destination service'],
  ['connectivity', 'Connectivity service']
])(
  'a wrong secret in the binding "%s": the entry says which token service refused it',
  async (label, name) => {
    await withBindings(
      (bindings) => {
        for (const { credentials } of bindings[label] ?? [])
          credentials['clientsecret'] = 'canary-3'
      },
      async (sample, alice) => {
        const entry = await entryOf(sample, alice, 'RIGHT')
        expect(entry).toContain(
          `ERR_DESTINATION_UNAVAILABLE · token service of the ${name} · destination "S4_PLANT" could not be resolved: the token ` +
            `service in the binding of the ${name} gave no token (401, unauthorized) · Check "clientid" and "clientsecret"`
        )
      }
    )
  },
  30_000
)

test('no Connectivity service: a warning after the start, and the same at the first call', async () => {
  await withBindings(
    (bindings) => {
      delete (bindings as Partial<Bindings>).connectivity
    },
    async (sample, alice) => {
      await sample.printed(
        /\[principal\] - destination "S4_PLANT" of cds\.requires\.RIGHT is on premise, and no Connectivity service is bound/
      )
      expect(await entryOf(sample, alice, 'RIGHT')).toMatch(
        /ERR_DESTINATION_UNAVAILABLE · Connectivity service · destination "S4_PLANT" is on premise, and no Connectivity service is bound · Nothing was sent\. Bind an instance of it/
      )
    }
  )
}, 30_000)

test('the Destination service refuses the application, and then it does not', async () => {
  await withBindings(
    () => undefined,
    async (sample, alice) => {
      for (let i = 0; i < 2; i++) emulator.enqueue('destination', { status: 401 })
      expect(await entryOf(sample, alice, 'RIGHT')).toMatch(
        /· Destination service · .*refused the application \(find destination: status 401, also with a new token\) · Check that the binding/
      )
      expect(await call(alice, 'RIGHT')).toMatchObject({ status: 200 })
    }
  )
}, 30_000)
