import { requireNative } from '../../../../emulator/src/lib/native.js'
import type { FidelityLandscape } from '../landscape.js'
import { proxyOf, proxyTokenOf, RESOURCE, startOnPremise } from './proxy.js'

const { ProxyAgent, request } = requireNative('undici-proxy') as typeof import('undici-proxy')

let landscape: FidelityLandscape
beforeAll(async () => (landscape = await startOnPremise()))
afterAll(() => landscape.stop())

test.each([
  ['Bearer', (token: string) => `Bearer ${token}`],
  ['Basic', (token: string) => `Basic ${Buffer.from(`${token}:`).toString('base64')}`]
])('ProxyAgent with the scheme %s: the right principal, and none', async (_, scheme) => {
  const { emulator } = landscape
  for (const [user, subject] of [
    ['alice', 'CN=alice'],
    [undefined, null]
  ] as const) {
    const token = scheme(await proxyTokenOf(emulator, user))
    const dispatcher = new ProxyAgent({ uri: proxyOf(emulator).url, token, proxyTunnel: false })
    const { statusCode, body } = await request(RESOURCE, { dispatcher })
    expect(statusCode).toBe(200)
    expect(await body.json()).toMatchObject({ subject })
    await dispatcher.close()
  }
})
