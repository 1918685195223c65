import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { type Client, client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { RotatingIssuer } from './issuer.js'

const AUDIENCE = 'urn:example:maintenance'
const WHOAMI = '/odata/v4/caller/whoami()'

/** Seconds after the first token at which all issuers replace their keys: just after a start, and later. */
const ROTATIONS = [3, 36, 69]
const END = 74

/** Clients of each issuer. */
const CLIENTS = 3

let issuer: RotatingIssuer
let app: RunningSample

beforeAll(async () => {
  issuer = await RotatingIssuer.start()
  const own = { issuer: issuer.url, audience: AUDIENCE }
  app = await RunningSample.start(
    {
      extra: join(__dirname, '../oidc/app'),
      requires: {
        auth: { issuers: { own } },
        identity: { vcap: { label: 'identity' } }
      }
    },
    { identity: true }
  )
})
afterAll(async () => {
  await app.stop()
  issuer.stop()
})

/** Sources of tokens, each with one that was just signed. */
const ISSUERS: Record<string, () => Promise<string> | string> = {
  XSUAA: () => app.emulator.issueToken({ user: 'alice' }),
  IAS: () => app.emulator.issueToken({ issuer: 'ias', user: 'alice' }),
  'OpenID Connect': () => issuer.token('alice', AUDIENCE)
}

async function statusOf(token: string): Promise<number> {
  const api: Client = client(app.sample.url, `Bearer ${token}`)
  try {
    return (await api.get(WHOAMI)).status
  } finally {
    api.close()
  }
}

test('keys of all issuers rotate under load: no good token is refused, new or old', async () => {
  const first = await Promise.all(Object.values(ISSUERS).map((token) => token()))
  const start = Date.now()
  const isOver = () => Date.now() - start > END * 1000
  const counts = new Map<string, number>()
  const use = async (name: string, token: () => Promise<string> | string) => {
    while (!isOver()) {
      const outcome = `${name}: ${String(await statusOf(await token()))}`
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
  }
  const load = Object.entries(ISSUERS).flatMap(([name, token]) =>
    Array.from({ length: CLIENTS }, () => use(name, token))
  )
  for (const seconds of ROTATIONS) {
    await pause(Math.max(0, start + seconds * 1000 - Date.now()))
    await app.emulator.rotateKeys()
    issuer.rotate()
  }
  await Promise.all(load)
  expect([...counts.keys()].sort()).toEqual(
    Object.keys(ISSUERS)
      .map((name) => `${name}: 200`)
      .sort()
  )
  for (const count of counts.values()) expect(count).toBeGreaterThan(100)
  // signed by a key that is still published
  expect(await Promise.all(first.map(statusOf))).toEqual([200, 200, 200])
}, 300_000)
