import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { Client } from '../../support/client.js'
import { client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import { SlowSystem } from './slow-system.js'

let system: SlowSystem
let running: RunningSample | undefined
let alice: Client

/** Long enough for a request that the test sends when it has read that the instance ends. */
const DRAIN = { drainDelay: 5_000, shutdownTimeout: 60_000 }

const S4 = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }

const SERVER = `
import cds from '@sap/cds'
cds.on('bootstrap', (app) => {
  app.get('/health/live', (_, res) => { res.send('of the application') })
})
cds.on('shutdown', () => { console.log('shutdown of the application') })
export default cds.server
`

const DATABASE_THAT_GOES_AWAY = `
import cds from '@sap/cds'
cds.on('bootstrap', (app) => {
  app.get('/away', (_, res) => {
    cds.db.begin = cds.db.commit = async () => { throw new Error('no database') }
    res.end()
  })
})
export default cds.server
`

async function start(
  restart?: object | boolean,
  server = SERVER,
  env: Record<string, string> = {}
): Promise<void> {
  running = await RunningSample.start(
    {
      extra: join(__dirname, 'app'),
      env,
      files: { 'server.ts': server },
      requires: {
        auth: { restart },
        SLOW: { kind: 'rest', credentials: { destination: 'SLOW' }, onBehalfOf: 'systemUser' }
      }
    },
    {
      destinations: {
        SLOW: { URL: system.url, ProxyType: 'Internet', Authentication: 'NoAuthentication' },
        S4: { ...S4, Authentication: 'PrincipalPropagation' },
        S4_SYSTEM: { ...S4, Authentication: 'NoAuthentication' }
      }
    }
  )
  alice = await running.as('alice')
}

beforeEach(async () => {
  system = await SlowSystem.start()
})

afterEach(async () => {
  await running?.stop()
  running = undefined
  system.stop()
})

/** Ends the sample, and resolves when it has said so. */
async function terminate(): Promise<{ ended: Promise<unknown> }> {
  const { sample } = running as RunningSample
  const ended = sample.terminate()
  await sample.printed(/the instance ends: not ready any more/)
  return { ended }
}

/** A client with connections of its own, as a platform's. */
function platform(): Client {
  return client((running as RunningSample).sample.url)
}

test('an instance is ready when it has tokens, keys and destinations, and what the application has itself stays', async () => {
  await start(DRAIN)
  const { sample } = running as RunningSample
  await sample.printed(/ready after \d+ ms: /)
  const output = await sample.output()
  expect(output).toMatch(/ready after .*destination "SLOW".*keys of issuer "xsuaa"/)
  expect(output).toMatch(/ready after .*token of the Connectivity service/)
  const probe = platform()
  expect(await probe.get('/health/ready')).toMatchObject({ status: 200, body: { status: 'UP' } })
  expect((await probe.get('/health')).status).toBe(200)
  expect((await probe.get('/health/live')).body).not.toHaveProperty('status')
  probe.close()
})

test('a request and its call are finished after SIGTERM, and only then the application is told', async () => {
  await start(DRAIN)
  const answer = alice.get('/odata/v4/restart/call()')
  await system.asked()
  const { ended } = await terminate()
  const probe = platform()
  const health = await probe.get('/health/ready')
  expect(health).toMatchObject({ status: 503, body: { status: 'STOPPING' } })
  expect(health.headers['connection']).toBe('close')
  probe.close()
  expect(await running!.sample.output()).not.toContain('shutdown of the application')
  system.answer()
  const { status, headers } = await answer
  expect({ status, connection: headers['connection'] }).toEqual({
    status: 200,
    connection: 'close'
  })
  await ended
  expect(await running!.sample.output()).toContain('shutdown of the application')
  expect(await running!.sample.output()).not.toContain('work under way')
  expect(system.cut).toEqual([])
})

test("the workers of CAP's cluster mode finish their work, and the process that has started them waits", async () => {
  await start(DRAIN, SERVER, { CDS_WORKERS: '2' })
  const { sample } = running as RunningSample
  await sample.printed(/launched in[^]*launched in/)
  const answer = alice.get('/odata/v4/restart/call()')
  await system.asked()
  const { ended } = await terminate()
  system.answer()
  expect((await answer).status).toBe(200)
  await ended
  const output = await sample.output()
  expect(output.match(/the instance ends: not ready any more/g)).toHaveLength(2)
  expect(output.match(/shutdown of the application/g)).toHaveLength(3)
  expect(output).not.toContain('work under way')
  expect(system.cut).toEqual([])
})

test('a message of the queue is finished after SIGTERM', async () => {
  await start({ ...DRAIN, drainDelay: 0 })
  expect((await alice.post('/odata/v4/restart/enqueue')).status).toBe(204)
  await system.asked()
  const { ended } = await terminate()
  expect(await running!.sample.output()).not.toContain('shutdown of the application')
  system.answer()
  await ended
  expect(await running!.sample.output()).not.toContain('work under way')
  expect(system.cut).toEqual([])
})

test('a message that is queued while requests are still accepted is done by this instance', async () => {
  await start(DRAIN)
  const { ended } = await terminate()
  expect((await alice.post('/odata/v4/restart/enqueue')).status).toBe(204)
  await system.asked()
  system.answer()
  await ended
  expect(await running!.sample.output()).not.toContain('work under way')
  expect(system.cut).toEqual([])
})

test('a message that no database takes back is not waited for', async () => {
  await start({ ...DRAIN, drainDelay: 0 }, DATABASE_THAT_GOES_AWAY)
  expect((await alice.post('/odata/v4/restart/enqueue')).status).toBe(204)
  await system.asked()
  const probe = platform()
  await probe.get('/away')
  probe.close()
  system.answer()
  await pause(1_000) // nothing says that CAP has given up
  const signal = performance.now()
  const { ended } = await terminate()
  await ended
  expect(performance.now() - signal).toBeLessThan(10_000)
  expect(await running!.sample.output()).not.toContain('work under way')
})

test('a call that does not end is cut at "shutdownTimeout", with a line in the log', async () => {
  await start({ drainDelay: 0, shutdownTimeout: 1_200 })
  const answer = alice.get('/odata/v4/restart/call()').catch(() => 'lost')
  await system.asked()
  const { ended } = await terminate()
  await ended
  expect(await answer).toBe('lost')
  expect(await running!.sample.output()).toMatch(/work under way .*1 requests, 1 remote calls/)
})

test('without the option there is no endpoint, and the end is that of CAP', async () => {
  await start()
  const probe = platform()
  expect((await probe.get('/health/ready')).status).toBe(404)
  probe.close()
  await running!.sample.terminate()
  expect(await running!.sample.output()).not.toContain('the instance ends')
})

test('a signal that comes just when the instance begins to watch for it is not lost', async () => {
  await start(
    DRAIN,
    `
import cds from '@sap/cds'
cds.prependOnceListener('listening', () => setImmediate(() => process.kill(process.pid, 'SIGTERM')))
export default cds.server
`
  )
  const { sample } = running as RunningSample
  await sample.ended
  expect(await sample.output()).toContain('the instance ends: not ready any more')
})
