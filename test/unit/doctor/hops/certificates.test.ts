import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { certificateFinding } from '../../../../src/doctor/hops/certificates.js'

const DAY = 86_400_000
let pem: string

beforeAll(async () => {
  const authority = await createAuthority('CN=test')
  const subject = [{ CN: ['plant'] }]
  pem = (await authority.issue({ subject, usage: 'client', validMs: 30 * DAY })).cert
})

test.each([
  ['right', 0, 'ok', /is valid until \d{4}-\d\d-\d\d/],
  ['two weeks and an hour before its end', 16 * DAY - 3_600_000, 'ok', /valid until/],
  ['less than two weeks before', 17 * DAY, 'warning', /ends in 1[23] days/],
  ['after its end', 31 * DAY, 'mend', /has ended/],
  ['before its begin', -1 * DAY, 'mend', /not valid yet/]
])('%s', (_, shift, state, cause) => {
  const finding = certificateFinding('xsuaa', pem, 'Renew it.', Date.now() + shift)
  expect(finding).toMatchObject({ subject: 'xsuaa', state, cause: expect.stringMatching(cause) })
})

test('line breaks that were escaped in an export are read', () => {
  expect(certificateFinding('x', pem.replaceAll('\n', '\\n'), 'Renew it.').state).toBe('ok')
})

test('what is no certificate has to be mended, and is not shown', () => {
  const finding = certificateFinding('x', 'something-secret', 'Renew it.')
  expect(finding).toMatchObject({ state: 'mend', fix: 'Renew it.' })
  expect(JSON.stringify(finding)).not.toContain('something-secret')
})
