import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import { type Client, client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { RotatingIssuer } from './issuer.js'

const AUDIENCE = 'urn:example:maintenance'
const WHOAMI = '/odata/v4/caller/whoami()'

/**
 * Seconds before each replacement of the keys of all issuers, since the keys of the last one are known: just after a start, and when keys
 * may be fetched again.
 */
const PAUSES = [3, 33, 33]
/** Seconds until the end. */
const REST = 5

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
  let isOver = false
  const counts = new Map<string, number>()
  const use = async ([name, token]: [string, () => Promise<string> | string]) => {
    const outcome = `${name}: ${String(await statusOf(await token()))}`
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  }
  const all = Object.entries(ISSUERS)
  const load = all.flatMap((each) =>
    Array.from({ length: CLIENTS }, async () => {
      while (!isOver) await use(each)
    })
  )
  try {
    for (const seconds of PAUSES) {
      await pause(seconds * 1000)
      await app.emulator.rotateKeys()
      issuer.rotate()
      await Promise.all(all.map(use))
    }
    await pause(REST * 1000)
  } finally {
    isOver = true
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
