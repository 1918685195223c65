import { generateKeyPairSync } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import { issuerFindings } from '../../../../src/doctor/hops/trust.js'
import { factsWith } from '../facts.js'

const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' }

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Findings about an issuer that answers so. */
async function found(answer: RequestListener) {
  const started = createServer(answer)
  server = started
  await new Promise<void>((done) => started.listen(0, 'localhost', done))
  const issuer = `http://localhost:${String((started.address() as AddressInfo).port)}`
  const issuers = { own: { issuer, jwks: `${issuer}/keys`, audience: 'shop' } }
  return issuerFindings(factsWith({ isOnline: true, auth: { kind: 'principal', issuers } }))
}

const reached = { subject: 'issuer "own"', state: 'ok', cause: 'reached; usable keys: 1' }

test('an issuer has keys and a clock', async () => {
  expect(await found((_, res) => res.end(JSON.stringify({ keys: [jwk] })))).toMatchObject([
    reached,
    { subject: 'clock of issuer "own"', state: 'ok' }
  ])
})

test('one that does not answer HEAD has keys, and nothing is said of its clock', async () => {
  const findings = await found(({ method }, res) => {
    if (method === 'HEAD') res.destroy()
    else res.end(JSON.stringify({ keys: [jwk] }))
  })
  expect(findings).toMatchObject([reached])
  expect(findings).toHaveLength(1)
})

test('one whose keys do not come can check no token', async () => {
  expect(await found((_, res) => res.destroy())).toMatchObject([
    { state: 'mend', code: 'ERR_ISSUER_UNAVAILABLE' }
  ])
})

test('where bindings are known, and none is of an issuer, they are not asked for', async () => {
  const facts = { isOnline: true, bindings: [] }
  expect((await issuerFindings(factsWith(facts)))[0]?.fix).toBeUndefined()
  expect((await issuerFindings(factsWith({ ...facts, bindings: undefined })))[0]?.fix).toBe(
    'Give them.'
  )
})
