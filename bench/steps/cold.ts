import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'
import tls from 'node:tls'

import type { VcapServices } from '../../emulator/src/index.js'
import { bind, byName, DESTINATION, type Proxy, rawCall } from '../support/calls.js'
import { summary } from '../support/measure.js'
import { program } from '../support/places.js'
import { target, type Target } from '../support/targets.js'

const CALLS = 100

/** Milliseconds that every answer of an upstream service takes where sequential ones are counted. */
const DELAY = 200

/** A landscape that this process has not called before. */
interface Landscape {
  readonly services: VcapServices
  readonly ca: string
  readonly users: string[]
}

/** Calls by name of which nothing is known yet: how long a burst of them takes, and how many round trips one is. */
export async function cold(proxy: Proxy, samples: number): Promise<Target[]> {
  const { child, landscapes } = await start(2 * samples + 3)
  try {
    const [slow, ...others] = landscapes
    if (!slow) throw new Error('the landscapes have not started')
    const bursts: Burst[] = []
    for (let i = 0; i + 1 < others.length; i += 2) {
      bursts.push(await burst(others[i] as Landscape, others[i + 1] as Landscape, proxy))
    }
    bursts.shift() // the first one warms up
    const row = (name: string, ratio: (burst: Burst) => number, most: number) => {
      const { median, spread } = summary(bursts.map(ratio))
      return target(`100 first calls of a user at once: time ÷ ${name}`, median, most, spread)
    }
    return [
      row('100 raw calls', ({ ours, calls }) => ours / calls, 1.3),
      row(
        'the same answers and 100 calls, raw',
        ({ ours, calls, answers }) => ours / (answers + calls),
        1.3
      ),
      ...(await roundTrips(slow, proxy))
    ]
  } finally {
    child.disconnect()
    await once(child, 'exit')
  }
}

async function start(count: number): Promise<{ child: ChildProcess; landscapes: Landscape[] }> {
  const args = [String(count), String(DELAY)]
  const child = fork(program('cold-landscapes'), args, { execArgv: [] })
  const [landscapes] = (await once(child, 'message')) as [Landscape[]]
  tls.setDefaultCACertificates([
    ...tls.getCACertificates('default'),
    ...landscapes.map(({ ca }) => ca)
  ])
  return { child, landscapes }
}

/** Milliseconds. */
interface Burst {
  readonly ours: number
  /** 100 raw calls. */
  readonly calls: number
  /** What has to be asked before the first of them, raw. */
  readonly answers: number
}

/** @param other - another landscape that was not called before, for the floor */
async function burst(own: Landscape, other: Landscape, proxy: Proxy): Promise<Burst> {
  const [user = ''] = own.users
  bind(own.services, proxy.port)
  const raw = rawCall(proxy.port, user)
  const calls = await timed(() => Promise.all(Array.from({ length: CALLS }, raw)))
  const answers = await timed(() => rawAnswers(other.services))
  const ours = await timed(() => Promise.all(Array.from({ length: CALLS }, () => byName(user))))
  return { ours, calls, answers }
}

/** Tokens for both services at the same time, and then the destination: no call can leave before. */
async function rawAnswers({ destination, connectivity }: VcapServices): Promise<void> {
  const [service = {}, way = {}] = [destination, connectivity].map(([bound]) => bound?.credentials)
  const [{ access_token: token }] = await Promise.all([rawToken(service), rawToken(way)])
  const path = `/destination-configuration/v1/destinations/${DESTINATION}`
  const headers = { authorization: `Bearer ${String(token)}` }
  await rawJson(`${String((service as Credentials)['uri'])}${path}`, headers)
}

type Credentials = Readonly<Record<string, unknown>>

async function rawToken(client: Credentials) {
  const { url, clientid, clientsecret } = client
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: String(clientid),
    client_secret: String(clientsecret)
  }).toString()
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return rawJson(`${String(url)}/oauth/token`, type, body)
}

/** One request of `node:https`, over a new connection. */
function rawJson(url: string, headers: Record<string, string>, body?: string) {
  return new Promise<Record<string, unknown>>((done, fail) => {
    const req = request(url, { method: body ? 'POST' : 'GET', headers }, (res) => {
      json(res).then((value) => {
        done(value as Record<string, unknown>)
      }, fail)
    })
    req.on('error', fail).end(body)
  })
}

/** One after the other, of a process and of a user that have not called before. */
async function roundTrips({ services, users }: Landscape, proxy: Proxy): Promise<Target[]> {
  const [first = '', second = ''] = users
  bind(services, proxy.port)
  const upstream = async (user: string) => Math.round((await timed(() => byName(user))) / DELAY)
  const backend = 1
  return [
    target(
      'first call of a process: round trips one after the other',
      (await upstream(first)) + backend,
      3
    ),
    target(
      'first call of a user: round trips one after the other',
      (await upstream(second)) + backend,
      1
    )
  ]
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await run()
  return performance.now() - start
}
