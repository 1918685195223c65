import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import { openSession } from '../../../../../src/doctor/hops/calls/session.js'
import { startIas, type TestIas } from '../../../../integration/ias/test-ias.js'
import { factsWith } from '../../facts.js'

let ias: TestIas
beforeAll(async () => {
  ias = await startIas()
  setDefaultCACertificates([...getCACertificates('default'), ias.ca])
})
afterAll(() => ias.stop())

const opened = (claims: Parameters<TestIas['token']>[0], config: object) => {
  const auth = { kind: 'principal', credentials: ias.credentials as never, config }
  return openSession(factsWith({ isOnline: true, token: ias.token(claims), auth }))
}
const strict = { validation: { x5t: { enabled: true } } }
const cnf = { 'x5t#S256': 'thumbprint' }

test('a good token is accepted', async () => {
  const { session, finding } = await opened({ cnf }, {})
  expect(session?.principal.kind).toBe('named')
  expect(finding).toMatchObject({ state: 'ok', cause: expect.stringMatching(/ends in \d+ min$/) })
})

test('a client certificate that requests need is not checked, and the row says so', async () => {
  const { session, finding } = await opened({ cnf }, strict)
  expect(session?.principal.kind).toBe('named')
  expect(finding).toMatchObject({
    state: 'ok',
    cause: expect.stringMatching(/; requests need its client certificate/)
  })
})

test('a token that is bound to none is refused', async () => {
  const { session, finding } = await opened({}, strict)
  expect(session).toBeUndefined()
  expect(finding).toMatchObject({ state: 'mend', code: 'ERR_TOKEN_BINDING' })
})
