import { join } from 'node:path'

import type { Emulator, VcapServices } from '../../../emulator/src/index.js'
import { type Client, client } from '../../support/client.js'
import { sharedDescriptor } from '../../support/descriptor.js'
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
  ...S4,
  Authentication: 'OAuth2ClientCredentials',
  clientId: 'nobody',
  clientSecret: 'canary-2'
}
const ACME = 'acme-id'

const calling = (destination: string, more: object = {}) => ({
  kind: 'rest',
  credentials: { destination },
  ...more
})
const requires = {
  RIGHT: calling('S4_PLANT'),
  MISSPELT: calling('S4_PLNT'),
  TECHNICAL: calling('S4_TECHNICAL', { onBehalfOf: 'namedUser' }),
  USER_BOUND: calling('S4_PLANT', { onBehalfOf: 'systemUser' }),
  TOKEN: calling('TOKEN'),
  LEVEL: calling('S4_PLANT', { destinationOptions: { level: 'instance' } }),
  PROVIDER: calling('S4_PLANT')
}
/** The same services, each as the fix in its entry says. */
const mended = {
  RIGHT: requires.RIGHT,
  MISSPELT: calling('S4_PLANT'),
  TECHNICAL: calling('S4_PLANT', { onBehalfOf: 'namedUser' }),
  USER_BOUND: calling('S4_TECHNICAL', { onBehalfOf: 'systemUser' }),
  TOKEN: calling('TOKEN_MENDED'),
  LEVEL: calling('S4_PLANT', { destinationOptions: { level: 'subaccount' } }),
  PROVIDER: calling('S4_PLANT', { destinationOptions: { selectionStrategy: 'alwaysProvider' } })
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await startLandscape({
    xsSecurity: sharedDescriptor(),
    destinations: {
      S4_PLANT: S4,
      S4_TECHNICAL: TECHNICAL,
      TOKEN,
      TOKEN_MENDED: { ...S4, Authentication: TOKEN.Authentication, clientId: 'sb-maintenance!t1' }
    },
    users: { alice: { roles: ['Technician'] } },
    tenants: { [ACME]: { subdomain: 'acme', users: { alice: { roles: ['Technician'] } } } },
    onPremise: { [SYSTEM]: { backend: 'test/integration/explain/outbound-backend.ts' } }
  })
})
afterAll(() => emulator.stop())

type Bindings = Record<keyof VcapServices, { credentials: Record<string, unknown> }[] | undefined>

/** Runs the sample in production, with other bindings; ends it afterwards. */
async function withBindings(
  change: (bindings: Bindings) => void,
  work: (sample: Sample, alice: Client) => Promise<void>,
  services: Record<string, object> = requires
): Promise<void> {
  const bindings = structuredClone(emulator.vcapServices()) as unknown as Bindings
  change(bindings)
  const env = {
    NODE_ENV: 'production',
    cds_log_format: 'plain',
    // a start that warms up has looked destinations up before the first call
    cds_requires_auth_restart: 'false',
    VCAP_SERVICES: JSON.stringify(bindings)
  }
  const sample = await startSample({
    emulator,
    env,
    requires: services,
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

/** A client with a token of a subscriber's user. */
async function ofSubscriber(sample: Sample): Promise<Client> {
  const token = await emulator.issueToken({ user: 'alice', tenant: ACME })
  return client(sample.url, `Bearer ${token}`)
}

test('names, types and levels of destinations: what was sent and what is right', async () => {
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
      const subscriber = await ofSubscriber(sample)
      expect(await entryOf(sample, subscriber, 'PROVIDER')).toMatch(
        /NOT_FOUND · .*in the service instance and the subaccount of the subscriber · The provider has one of that name: create it for the subscriber, or set destinationOptions\.selectionStrategy/
      )
      subscriber.close()
    }
  )
})

test('the fix in each entry, also in those about bindings: then the call works', async () => {
  await withBindings(
    () => undefined,
    async (sample, alice) => {
      const before = (await sample.output()).length
      const statuses: Record<string, number> = {}
      for (const service of Object.keys(mended)) {
        const one = service === 'PROVIDER' ? await ofSubscriber(sample) : alice
        statuses[service] = (await call(one, service)).status
        if (one !== alice) one.close()
      }
      expect(statuses).toEqual(Object.fromEntries(Object.keys(mended).map((name) => [name, 200])))
      const output = (await sample.output()).slice(before)
      expect(linesOf(output)).toEqual([])
      expect(output).not.toContain('no Connectivity service is bound')
    },
    mended
  )
})

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
  }
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
})

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
})
