import { join } from 'node:path'

import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { Clock } from '../oidc/clock.js'
import { background, newMarker, outcomesOf } from './background-client.js'
import { until } from './queue-sample.js'
import { REQUIRED } from './required.js'

const clock = new Clock()
let sample: RunningSample
let alice: Client

beforeAll(async () => {
  const extra = join(__dirname, 'app')
  sample = await RunningSample.start({ extra, requires: REQUIRED, env: clock.env })
  alice = await sample.as('alice')
})
afterAll(async () => {
  await sample.stop()
  clock.remove()
})

/** Who S/4 says it was, for one marker. */
async function recordedUsers(marker: string): Promise<(string | null)[]> {
  const entries = await sample.audit()
  return entries.filter(({ path }) => path.includes(marker)).map(({ user }) => user)
}

/** Both ways to demand a named user: the service says so, or the destination's authentication does. */
const REMOTES = ['API_EQUIPMENT', 'BY_DESTINATION']

describe.each(REMOTES)('through %s', (remote) => {
  test.each<[place: string, calls: number]>([
    ['request', 1],
    ['nestedTx', 1],
    ['handedOn', 1],
    ['spawned', 1],
    ['repeated', 3],
    ['emitted', 1],
    ['succeeded', 1],
    ['failed', 1],
    ['timer', 1],
    ['immediate', 1]
  ])('%s: the user of the request is current, and S/4 records her', async (place, calls) => {
    const { marker, outcomes } = await background(alice, { place, remote, calls })
    expect(outcomes).toEqual(Array(calls).fill('done'))
    expect(await recordedUsers(marker)).toEqual(Array(calls).fill('ALICE'))
  })

  const PRIVILEGED = /the privileged user/
  const CUSTOM = /a user object without the "authInfo" of a validated token/
  const ANONYMOUS = /anonymous \(no credentials, or no request at all\)/
  test.each<[place: string, who: RegExp, calls?: number]>([
    ['otherUser', CUSTOM],
    ['sameId', CUSTOM],
    ['privileged', PRIVILEGED],
    ['anonymous', ANONYMOUS],
    ['emptyContext', ANONYMOUS],
    ['remoteTx', PRIVILEGED],
    ['spawnedPrivileged', PRIVILEGED],
    ['repeatedPrivileged', PRIVILEGED, 3],
    ['startTimer', ANONYMOUS],
    ['startTimerByDefaultPrivileged', PRIVILEGED]
  ])('%s: no named user is current, and nothing is sent', async (place, who, calls = 1) => {
    const { marker, outcomes } = await background(alice, { place, remote, calls })
    const strict = remote === 'API_EQUIPMENT'
    const message = (strict ? expect.stringMatching(who) : expect.any(String)) as string
    expect(outcomes).toEqual(Array(calls).fill({ code: 'ERR_USER_TOKEN_REQUIRED', message }))
    expect(await recordedUsers(marker)).toEqual([])
  })

  test('otherTenant: a token speaks for its own tenant only', async () => {
    const { marker, outcomes } = await background(alice, { place: 'otherTenant', remote })
    expect(outcomes).toEqual([expect.objectContaining({ code: 'ERR_TENANT_MISMATCH' })])
    expect(await recordedUsers(marker)).toEqual([])
  })
})

test('work that goes on after its request stops when the token of the user is over', async () => {
  const token = await sample.emulator.issueToken({ user: 'alice', expiresIn: 600 })
  const short = sample.with(`Bearer ${token}`)
  const call = { place: 'longRunning', remote: 'API_EQUIPMENT', calls: 1, reader: alice }
  const { marker } = await background(short, call)
  clock.advance(600)
  const outcomes = await outcomesOf(alice, marker, 12)
  const over = outcomes.findIndex((outcome) => outcome !== 'done')
  expect(over).toBeGreaterThan(0)
  const expired = expect.objectContaining({ code: 'ERR_TOKEN_EXPIRES' }) as object
  expect(outcomes.slice(over)).toEqual(Array(12 - over).fill(expired))
  expect(await recordedUsers(marker)).toEqual(Array(over).fill('ALICE'))
})

test('a service that is connected in a request of one user serves the next one as himself', async () => {
  const [bob, carol] = [await sample.as('bob'), await sample.as('carol')]
  const call = { place: 'request', remote: 'CONNECTED_LATE' }
  const first = await Promise.all([alice, bob, carol].map((user) => background(user, call)))
  const second = await Promise.all([carol, alice, bob].map((user) => background(user, call)))
  const users = await Promise.all([...first, ...second].map(({ marker }) => recordedUsers(marker)))
  expect(users.flat()).toEqual(['ALICE', 'BOB', 'CAROL', 'CAROL', 'ALICE', 'BOB'])
})

test("the requests of a $batch are its sender's, whatever else their parts say", async () => {
  const bobs = `Bearer ${await sample.emulator.issueToken({ user: 'bob' })}`
  const markers = Array.from({ length: 6 }, newMarker)
  const requests = markers.map((marker, i) => ({
    id: marker,
    method: 'POST',
    url: 'start',
    headers: { 'content-type': 'application/json', ...(i % 2 && { authorization: bobs }) },
    body: { place: i < 3 ? 'request' : 'succeeded', remote: 'API_EQUIPMENT', marker }
  }))
  const answer = await alice.post(`/odata/v4/background/$batch`, { requests })
  expect(answer.status).toBe(200)
  for (const marker of markers) {
    const users = await until(
      () => recordedUsers(marker),
      ({ length }) => length > 0
    )
    expect(users).toEqual(['ALICE'])
  }
})

test('200 parallel requests of four users: each is recorded under its own name', async () => {
  const names = ['alice', 'bob', 'carol', 'dave']
  const users = await Promise.all(names.map((name) => sample.as(name)))
  const calls = await Promise.all(
    Array.from({ length: 200 }, async (_, i) => {
      const call = { place: i % 3 ? 'request' : 'spawned', remote: 'API_EQUIPMENT' }
      const { marker, outcomes } = await background(users[i % 4] as Client, call)
      return { marker, outcomes, user: names[i % 4]?.toUpperCase() }
    })
  )
  const entries = await sample.audit()
  const wrong = calls.filter(({ marker, outcomes, user }) => {
    const recorded = entries.filter(({ path }) => path.includes(marker))
    return outcomes[0] !== 'done' || recorded.length !== 1 || recorded[0]?.user !== user
  })
  expect(wrong).toEqual([])
}, 120_000)
