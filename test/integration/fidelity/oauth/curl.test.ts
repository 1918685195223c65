import { claimsOf } from '../../../../emulator/test/support/http.js'
import { SUBSCRIBER } from '../landscape.js'
import { describeWith, startForPrograms, type ForPrograms } from './runtime.js'

describeWith('curl', () => {
  let xsuaa: ForPrograms
  let binding: { url: string; user: string; id: string; secret: string }
  beforeAll(async () => {
    xsuaa = await startForPrograms()
    const { credentials } = xsuaa.landscape.emulator.vcapServices().xsuaa[0] ?? {}
    const {
      url = '',
      clientid: id = '',
      clientsecret: secret = ''
    } = credentials as Record<string, string>
    binding = { url, id, secret, user: `${id}:${secret}` }
  })
  afterAll(() => xsuaa.stop())

  const curl = async (...args: string[]) => {
    const always = ['--silent', '--noproxy', '*', '--cacert', 'ca.pem']
    const answer = JSON.parse(await xsuaa.run('curl', [...always, ...args])) as {
      access_token?: string
      error?: string
    }
    return answer.access_token === undefined ? answer : claimsOf(answer.access_token)
  }

  test('GET and POST with parameters in the URL', async () => {
    const { url, user } = binding
    const address = `${url}/oauth/token?grant_type=client_credentials`
    const expected = { grant_type: 'client_credentials' }
    expect(await curl('--user', user, address)).toMatchObject(expected)
    expect(await curl('--user', user, '--request', 'POST', address)).toMatchObject(expected)
  })

  test('credentials in the header, in the body, and in both', async () => {
    const { url, id, secret, user } = binding
    const parameters = ['--data', 'grant_type=password', '--data', 'username=alice']
    const body = ['--data-urlencode', `client_id=${id}`, '--data', `client_secret=${secret}`]
    for (const where of [['--user', user], body, ['--user', user, ...body]]) {
      const claims = await curl(...where, ...parameters, `${url}/oauth/token`)
      expect(claims).toMatchObject({ user_name: 'alice' })
    }
  })

  test('the tenant by the host, or by x-zid where the host names none', async () => {
    const { url, user } = binding
    const token = (host: string, tenant: string) =>
      curl(
        ...['--user', user, '--data', 'grant_type=client_credentials'],
        ...['--header', `x-zid: ${tenant}`],
        `${url.replace('localhost', host)}/oauth/token`
      )
    expect(await token('localhost', SUBSCRIBER)).toMatchObject({ zid: SUBSCRIBER })
    expect(await token(`${SUBSCRIBER}.localhost`, 'nobody')).toMatchObject({ zid: SUBSCRIBER })
    expect(await token('localhost', 'nobody')).toMatchObject({ error: 'invalid_request' })
  })

  test('an endpoint that is not emulated says so', async () => {
    const { url, user } = binding
    expect(await curl('--user', user, '--data', 'token=x', `${url}/check_token`)).toMatchObject({
      error: 'not_implemented'
    })
  })
})
