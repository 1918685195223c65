import { join } from 'node:path'

import type { EmulatorOptions } from '../../../emulator/src/index.js'
import type { Answer } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import configuration from '../../../.cdsrc.json'
import descriptor from '../../../xs-security.json'
import { type Documented, documented } from './documented.js'
import { withoutMetadata } from '../../support/challenge.js'

const CHECK = '/odata/v4/nightly-jobs/checkEquipment'
const READ = '/odata/v4/refused-jobs/readFrom'

const EQUIPMENT = { kind: 'odata-v2' }
const at = (destination: string) => ({
  credentials: { destination, path: '/sap/opu/odata/sap/API_EQUIPMENT' }
})
const REQUIRES = {
  NAMED: { ...EQUIPMENT, ...at('S4'), onBehalfOf: 'namedUser' },
  BY_DESTINATION: { ...EQUIPMENT, ...at('S4') },
  SYSTEM_BY_USER: { ...EQUIPMENT, ...at('S4'), onBehalfOf: 'systemUser' },
  STRANGER: { ...EQUIPMENT, ...at('S4_STRANGER'), onBehalfOf: 'systemUser' }
}

/** The scopes of the sample, and who gets the one of the jobs. */
function grantedTo(instance: string | undefined, others: object[] = []) {
  const scopes = descriptor.scopes.map((scope) => {
    const { 'grant-as-authority-to-apps': _, ...rest } = scope
    if (!_) return scope
    return {
      ...rest,
      ...(instance && { 'grant-as-authority-to-apps': [`$XSSERVICENAME(${instance})`] })
    }
  })
  return { xsSecurity: { ...descriptor, scopes: [...scopes, ...others] } }
}

const PING = {
  name: '$XSAPPNAME.Ping',
  'grant-as-authority-to-apps': ['$XSSERVICENAME(maintenance-jobs)']
}

const S4_STRANGER = {
  URL: 'http://s4.internal:44300',
  ProxyType: 'OnPremise',
  Authentication: 'OAuth2TechnicalUserPropagation',
  clientId: 'sb-stranger!t2'
}

/** How the request of a situation is sent. */
type Send = (sample: RunningSample) => Promise<Answer>

async function asScheduler(sample: RunningSample, path = CHECK, body = {}, options = {}) {
  const token = await sample.emulator.issueToken({ client: 'jobscheduler', ...options })
  return sample.with(`Bearer ${token}`).post(path, body)
}

const reading =
  (remote: string): Send =>
  (sample) =>
    asScheduler(sample, READ, { remote })

/** The token is what an attacker or another landscape would have: same claims, another key or issuer. */
async function fromOtherLandscape(sample: RunningSample): Promise<Answer> {
  const iss = 'https://other.authentication.eu10.hana.ondemand.com/oauth/token'
  return asScheduler(sample, CHECK, {}, { claims: { iss } })
}

async function afterRotation(sample: RunningSample): Promise<Answer> {
  const token = await sample.emulator.issueToken({ client: 'jobscheduler' })
  const unknown = { ...header(token), kid: 'default-jwt-key-of-yesterday' }
  const encoded = Buffer.from(JSON.stringify(unknown)).toString('base64url')
  return sample.with(`Bearer ${token.replace(/^[^.]+/, encoded)}`).post(CHECK)
}

const header = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as object

/** The run answers 202; its status is refused, also with a fresh token. */
async function refusedStatus({ emulator, sample }: RunningSample): Promise<Answer> {
  for (const body of [{}, {}]) emulator.enqueue('jobscheduler', { status: 401, body })
  const url = sample.url + CHECK
  const { status } = await emulator.jobScheduler.start({ url, data: '{"background":true}' })
  return { status, headers: {}, body: {} }
}

const forbidden = { error: { code: 'SY/530', message: { lang: 'en', value: 'No authorization' } } }

/** A zone that the landscape does not have, and the issuer that follows from it. */
function subscriber({ emulator }: RunningSample) {
  const iss = `https://customer.${new URL(emulator.url).host}/oauth/token`
  return { zid: '9b2c1d7a-6e1f-4c57-8f4e-5a1b2c3d4e5f', iss }
}

/** What is different from the sample as it is, and the situations to try there. */
interface Setting {
  readonly name: string
  readonly landscape?: Partial<EmulatorOptions>
  readonly env?: Record<string, string>
  readonly situations: Record<string, Send>
}

const SETTINGS: Setting[] = [
  {
    name: 'the sample',
    landscape: { applications: { stranger: { xsSecurity: { xsappname: 'stranger' } } } },
    situations: {
      'no token': (sample) => sample.with().post(CHECK),
      'user and password, as of an instance of plan `lite`': (sample) =>
        sample.with(`Basic ${Buffer.from('user:password').toString('base64')}`).post(CHECK),
      'the token has expired': (sample) => asScheduler(sample, CHECK, {}, { expiresIn: -61 }),
      'the token is of another landscape': fromOtherLandscape,
      'the token is of another subaccount': (sample) =>
        asScheduler(sample, CHECK, {}, { claims: subscriber(sample) }),
      'the key that signed it is gone': afterRotation,
      'the job of a subscriber, and the application has none': (sample) =>
        asScheduler(
          sample,
          CHECK,
          {},
          {
            claims: subscriber(sample)
          }
        ),
      'a user tries it': async (sample) => (await sample.as('carol')).post(CHECK),
      'the application itself tries it, with `client_credentials`': async (sample) =>
        (await sample.as()).post(CHECK),
      'the called service has `onBehalfOf: "namedUser"`': reading('NAMED'),
      'its destination propagates users, and `onBehalfOf` is not set': reading('BY_DESTINATION'),
      '`onBehalfOf: "systemUser"`, and the destination propagates users': reading('SYSTEM_BY_USER'),
      'the system does not know the technical user: 401': reading('STRANGER'),
      'the technical user lacks an authorization: 403': (sample) => {
        sample.emulator.enqueue('s4', { status: 403, body: forbidden })
        return asScheduler(sample)
      },
      'the service does not accept the token of the status: 401': refusedStatus
    }
  },
  {
    name: 'xs-security.json without a grant',
    landscape: grantedTo(undefined),
    situations: { 'no scope is granted': (sample) => asScheduler(sample) }
  },
  {
    name: 'xs-security.json with a grant to somebody else',
    landscape: grantedTo('other-jobs'),
    situations: { 'the scope is granted to another instance': (sample) => asScheduler(sample) }
  },
  {
    name: 'xs-security.json with a grant of another scope',
    landscape: grantedTo(undefined, [PING]),
    situations: {
      'another scope is granted': (sample) => asScheduler(sample)
    }
  },
  {
    name: 'SAP_JWT_TRUST_ACL',
    env: { SAP_JWT_TRUST_ACL: '[{"clientid":"sb-other!t9","identityzone":"*"}]' },
    situations: {
      '`SAP_JWT_TRUST_ACL` has no entry for the client': (sample) => asScheduler(sample)
    }
  },
  {
    name: 'a subject pattern for people only',
    landscape: { subjectPattern: 'CN=${email}' },
    situations: {
      'the Cloud Connector makes no certificate for the technical user': (sample) =>
        asScheduler(sample)
    }
  }
]

const rows = new Map(documented().map((row) => [row.situation, row]))

test('every situation of docs/jobs.md is tried, and no other', () => {
  const tried = SETTINGS.flatMap(({ situations }) => Object.keys(situations))
  expect([...rows.keys()].sort()).toEqual(tried.sort())
})

describe.each(SETTINGS)('$name', ({ landscape = {}, env = {}, situations }) => {
  let sample: RunningSample
  beforeAll(async () => {
    const { destinations } = configuration.requires.auth['[development]'].emulator
    sample = await RunningSample.start(
      { extra: join(__dirname, 'app'), requires: REQUIRES, env },
      { ...landscape, destinations: { ...destinations, S4_STRANGER } }
    )
  })
  afterAll(() => sample?.stop())

  test.each(Object.entries(situations))('%s', async (situation, send) => {
    const { status, challenge, code } = rows.get(situation) as Documented
    const before = (await sample.sample.output()).length
    const answer = await send(sample)
    expect({
      status: answer.status,
      challenge: withoutMetadata(answer.headers['www-authenticate'])
    }).toEqual({
      status,
      challenge
    })
    expect(JSON.stringify(answer.body)).not.toMatch(/JOBSCHEDULER|maintenance!|sb-|eyJ/)
    if (code) await sample.sample.printed(new RegExp(`^[^]{${String(before)},}${code}`))
    else expect((await sample.sample.output()).slice(before)).not.toMatch(/ERR_/)
  })
})
