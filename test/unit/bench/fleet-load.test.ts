import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { Findings } from '../../../bench/fleet/checks/findings.js'
import { Ledger } from '../../../bench/fleet/checks/ledger.js'
import { Troubles } from '../../../bench/fleet/faults/troubles.js'
import { USERS, type User } from '../../../bench/fleet/servers/landscape.js'
import { Load } from '../../../bench/fleet/load/load.js'
import type { Random } from '../../../bench/fleet/random.js'
import type { Sending } from '../../../bench/fleet/load/sending.js'

const [user] = USERS as [User]

let server: Server
let answer: { status: number; body: object }
let findings: Findings
let troubles: Troubles
let load: Load

/** What the load sends next, in place of a kind that it picks by chance. */
let sending: Sending | undefined

const random = {
  ...{ pick: <T>([first]: T[]) => first, below: () => 0, between: () => 1, chance: () => false },
  ...{ weighted: () => ({ make: () => sending }), fork: () => random }
} as unknown as Random

beforeEach(async () => {
  server = createServer((req, res) => {
    req.resume()
    res.writeHead(answer.status).end(JSON.stringify(answer.body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  findings = new Findings()
  troubles = new Troubles()
  load = new Load({
    ...{ findings, troubles, random, ledger: new Ledger(findings) },
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    tokens: { of: () => Promise.resolve('x') } as never,
    logged: () => Promise.resolve([])
  })
})
afterEach(() => server.close())

async function send(next: Sending | undefined) {
  sending = next
  await load.run(() => load.calls > 0)
  troubles.judge()
  return findings.toString()
}

test('a plan that fails is a finding, also for equipment whose change S/4 will not answer', async () => {
  answer = { status: 500, body: {} }
  load.create(user, { below: () => 0, chance: () => true } as unknown as Random).acknowledge?.()
  const plan = load.plan(random)
  expect(plan?.path).toContain(`X')`)
  expect(await send(plan)).toContain('a call failed for no reason: plan 500')
})

test('a call in a $batch that has no response is a finding, and is not good', async () => {
  const responses = Array.from({ length: 20 }, (_, id) => ({ id: String(id), status: 200 }))
  answer = { status: 200, body: { responses: responses.filter(({ id }) => id !== '7') } }
  expect(await send(load.batchOfMarkers(user, random))).toMatch(
    /^- 1 × a call in a \$batch has no response\n {4}\$batch-look /
  )
  expect(load.counts.get('$batch-look good')?.number).toBe(19)
})
