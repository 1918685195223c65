import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { FidelityLandscape } from '../landscape.js'
import { describeWith } from '../oauth/runtime.js'
import { proxyOf, proxyTokenOf, RESOURCE, startOnPremise } from './proxy.js'

const run = promisify(execFile)

describeWith('curl', () => {
  let landscape: FidelityLandscape
  beforeAll(async () => (landscape = await startOnPremise()))
  afterAll(() => landscape.stop())

  const curl = async (...args: string[]) => {
    const { url } = proxyOf(landscape.emulator)
    const always = ['--silent', '--noproxy', '', '--proxy', url, '--write-out', '\n%{http_code}']
    const { stdout } = await run('curl', [...always, ...args, RESOURCE])
    const [body = '', status = ''] = stdout.split('\n')
    return { status: Number(status), body }
  }

  test('--proxy-user: the token, and no password', async () => {
    const token = await proxyTokenOf(landscape.emulator, 'alice')
    const { status, body } = await curl('--proxy-user', `${token}:`)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({ subject: 'CN=alice' })
  })

  test('without a user the system gets an empty SSL_CLIENT_CERT', async () => {
    const token = await proxyTokenOf(landscape.emulator)
    const { body } = await curl('--proxy-header', `Proxy-Authorization: Bearer ${token}`)
    expect(JSON.parse(body)).toMatchObject({ subject: null, headers: { ssl_client_cert: '' } })
  })

  test('no token, a wrong one', async () => {
    expect(await curl()).toMatchObject({ status: 407 })
    expect(await curl('--proxy-user', 'x.y.z:')).toMatchObject({ status: 407 })
  })
})
