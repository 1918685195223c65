import { get } from 'node:http'
import { json } from 'node:stream/consumers'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import type { FidelityLandscape } from '../landscape.js'
import { proxyOf, proxyTokenOf, RESOURCE, startOnPremise } from './proxy.js'

const { HttpProxyAgent } = requireNative('http-proxy-agent') as typeof import('http-proxy-agent')

let landscape: FidelityLandscape
beforeAll(async () => (landscape = await startOnPremise()))
afterAll(() => landscape.stop())

async function call(address: string, headers: Record<string, string> = {}) {
  const agent = new HttpProxyAgent(address, { headers })
  return new Promise<{ status: number | undefined; body: unknown }>((resolve, reject) => {
    get(RESOURCE, { agent }, (res) => {
      const isJson = res.headers['content-type']?.includes('json')
      const body = isJson ? json(res) : (res.resume(), Promise.resolve(undefined))
      body.then((content) => resolve({ status: res.statusCode, body: content }), reject)
    }).once('error', reject)
  })
}

test('the token as the name of the user in the address of the proxy', async () => {
  const { emulator } = landscape
  const { host, port } = proxyOf(emulator)
  const token = await proxyTokenOf(emulator, 'alice')
  expect(await call(`http://${token}:@${host}:${port}`)).toMatchObject({
    status: 200,
    body: { subject: 'CN=alice' }
  })
  expect(await call(`http://${token}:secret@${host}:${port}`)).toMatchObject({ status: 400 })
  expect(await call(`http://x.y.z:@${host}:${port}`)).toMatchObject({ status: 407 })
})

test('the token in a header', async () => {
  const { emulator } = landscape
  const headers = { 'proxy-authorization': `Bearer ${await proxyTokenOf(emulator)}` }
  expect(await call(proxyOf(emulator).url, headers)).toMatchObject({ body: { subject: null } })
})
