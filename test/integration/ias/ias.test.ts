import { startLandscape } from '../../support/emulator.js'
import { client } from '../../support/client.js'
import { type Sample, startSample } from '../../support/sample.js'
import type { Emulator } from '../../../emulator/src/index.js'
import { CLIENT, startIas, TENANT, type TestIas } from './test-ias.js'
import { withoutMetadata } from '../../support/challenge.js'

/** Tells who the request's user is. */
const WHOAMI = '/odata/v4/who/am()'

let emulator: Emulator
let ias: TestIas
let both: Sample
let only: Sample

beforeAll(async () => {
  ;[emulator, ias] = await Promise.all([startLandscape(), startIas()])
  const identity = [
    { label: 'identity', name: 'ias', tags: ['identity'], credentials: ias.credentials }
  ]
  const vcap = emulator.vcapServices()
  const landscape = { ...emulator, ca: [emulator.ca, ias.ca].join('\n') }
  const start = (services: object, requires: Record<string, object>) =>
    startSample({
      emulator: landscape,
      extra: `${__dirname}/app`,
      requires,
      env: { VCAP_SERVICES: JSON.stringify(services) }
    })
  ;[both, only] = await Promise.all([
    start({ ...vcap, identity }, { identity: {} }),
    start({ identity }, {})
  ])
})

afterAll(async () => {
  await Promise.all([both, only].map((sample) => sample.stop()))
  await Promise.all([emulator.stop(), ias.stop()])
})

async function whoami(sample: Sample, token: string) {
  const one = client(sample.url, `Bearer ${token}`)
  const { status, body, headers } = await one.get(WHOAMI)
  one.close()
  return {
    status,
    headers,
    ...(status === 200 && (JSON.parse(body.value as unknown as string) as object))
  }
}

describe.each([
  ['next to XSUAA', () => both],
  ['alone', () => only]
])('Identity Authentication, %s', (_, sample) => {
  test('a user has the subject, the tenant and the claims', async () => {
    expect(await whoami(sample(), ias.token())).toMatchObject({
      status: 200,
      id: 'P000001',
      tenant: TENANT,
      attr: { groups: ['maintenance'], email: 'alice@example.com', givenName: 'Alice' },
      system: false,
      named: true
    })
  })

  test('aud as a list, and the tenant under its old name', async () => {
    const token = ias.token({ aud: [CLIENT, 'other'], app_tid: undefined, zone_uuid: TENANT })
    expect(await whoami(sample(), token)).toMatchObject({ status: 200, tenant: TENANT })
  })

  test('custom domain: the issuer that counts is ias_iss', async () => {
    const token = ias.token({ iss: 'https://login.example.com', ias_iss: ias.credentials.url })
    expect(await whoami(sample(), token)).toMatchObject({ status: 200 })
  })

  test('a technical token, with consumed APIs as roles', async () => {
    const token = ias.token({ sub: CLIENT, sap_id_type: 'app', ias_apis: ['Reader'] })
    expect(await whoami(sample(), token)).toMatchObject({
      status: 200,
      id: 'system',
      system: true,
      internal: true,
      reader: true,
      named: false
    })
  })

  test.each<[string, object]>([
    ['another audience', { aud: 'other' }],
    ['no audience', { aud: undefined }],
    ['a foreign issuer', { iss: 'https://attacker.example' }],
    ['no issuer', { iss: undefined }],
    ['another tenant than the keys are for', { app_tid: 'other-tenant' }],
    ['expired', { exp: 1 }],
    ['no user', { sub: undefined }],
    ['an odd azp', { azp: [CLIENT] }]
  ])('%s is 401 invalid_token', async (_, claims) => {
    const { status, headers } = await whoami(sample(), ias.token(claims as never))
    expect(status).toBe(401)
    expect(withoutMetadata(headers['www-authenticate'])).toBe('Bearer error="invalid_token"')
  })
})

test('keys are asked for with the headers that Identity Authentication needs', () => {
  expect(ias.requests[0]).toMatchObject({
    'x-client_id': CLIENT,
    'x-app_tid': TENANT,
    'x-azp': CLIENT
  })
})

test('both at once: a token of XSUAA is judged by XSUAA', async () => {
  const token = await emulator.issueToken({ user: 'alice' })
  expect(await whoami(both, token)).toMatchObject({ status: 200, id: 'alice', technician: true })
  expect((await whoami(only, token)).status).toBe(401)
})
