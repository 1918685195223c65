import { Findings } from '../../../bench/fleet/checks/findings.js'
import { Leaks } from '../../../bench/fleet/checks/leaks.js'
import { Ledger } from '../../../bench/fleet/checks/ledger.js'
import { Watch } from '../../../bench/fleet/checks/watch.js'
import type { Fleet } from '../../../bench/fleet/fleet.js'
import { CANARY, CANARY_HEADER } from '../../../bench/fleet/servers/landscape.js'
import type { Load } from '../../../bench/fleet/load/load.js'

let findings: Findings
beforeEach(() => {
  findings = new Findings()
})

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const token = (typ: string) => `${encoded({ alg: 'RS256', typ })}.${'x'.repeat(20)}`

test('secrets and tokens are found; records of delegations may be in PostgreSQL', async () => {
  const leaks = new Leaks(findings, { 'the password of Redis': 'p4ssw0rd-of-redis' })
  await leaks.check('PostgreSQL', `"${token('delegation+jwt')}"`)
  expect(findings.isEmpty).toBe(true)
  await leaks.check('the log', 'redis://:p4ssw0rd-of-redis@localhost')
  await leaks.check('Redis', token('delegation+jwt'))
  // where two parts of a long text meet
  await leaks.check('PostgreSQL', `${' '.repeat(2 ** 20 - 30)}${token('JWT')}`)
  expect(findings.toString().match(/^- .*$/gm)).toEqual([
    '- 1 × the password of Redis is in the log',
    '- 1 × a token is in Redis',
    '- 1 × a token is in PostgreSQL'
  ])
})

test.each([
  ['in a URL', `/token?header=Bearer%20${token('JWT')}`, 'a token'],
  ['after an escaped line break', `"body\\n${token('JWT')}"`, 'a token'],
  ['after what begins in the same way', `eyJ0-${token('JWT')}`, 'a token'],
  ['without its second part', token('JWT').replace('.', '..'), 'a token'],
  ['of a destination', `{"Password":"${CANARY}"}`, 'the password of a destination'],
  ['in a header', `authorization: Basic ${CANARY_HEADER}`, 'the user of a destination']
])('a secret is found %s', async (_, text, name) => {
  await new Leaks(findings, {}).check('the log', text)
  expect(findings.toString()).toContain(`- 1 × ${name}`)
})

test('claims and random text are no tokens', async () => {
  const claims = `${encoded({ iss: 'x', sub: 'alice' })}.${'x'.repeat(20)}`
  await new Leaks(findings, {}).check('Redis', `${claims} 1.eyJhbGciOiJSUzI1N9xx.data-of-an-entry`)
  expect(findings.toString()).toBe('')
})

test('a place that was never looked into is a finding: nothing was found there because of that', async () => {
  const database = { dump: () => Promise.reject(new Error('pg_dump: not found')) }
  const fleet = {
    ...{ database, leaks: new Leaks(findings, {}), proxy: { log: () => '' } },
    redis: { server: { uri: 'redis://:x@127.0.0.1:1' } },
    instances: { takeOutput: () => Promise.resolve('server listening') }
  }
  const parts = { ledger: new Ledger(findings), findings, load: {} as Load, since: () => '' }
  await new Watch(fleet as unknown as Fleet, parts).last()
  expect(findings.toString().split('\n')).toEqual([
    '- 2 × a place was never looked into for secrets',
    '    PostgreSQL',
    '    Redis'
  ])
})
