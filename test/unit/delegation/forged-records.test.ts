import { recordKeys } from '../../../src/delegation/keys/keys.js'
import { signRecord, verifyRecord } from '../../../src/delegation/record.js'
import { requireNative } from '../../../src/lib/lazy.js'
import { message } from './database.js'

const jose = requireNative('jose') as typeof import('jose')
const INVALID = 'ERR_DELEGATION_INVALID'
const ID = '00000000-0000-4000-8000-000000000000'

describe('a forged record', () => {
  const work1 = { id: ID, tenant: 't1', service: 'S4', event: 'PATCH', text: message(ID) }
  const author = {
    userId: 'root',
    tenant: 't1',
    issuer: 'xsuaa',
    origin: undefined,
    subject: undefined,
    claims: {}
  }
  const options = { workload: 'cap', validFor: 60 }
  const verify = async (jws: string) =>
    verifyRecord(await recordKeys(undefined), jws, work1, {
      workload: 'cap',
      now: Date.now() / 1000
    }).then(
      () => 'passed',
      (error: unknown) => (error as { code: string }).code
    )
  const parts = async () => {
    const { jws } = await signRecord(await recordKeys(undefined), work1, author, options)
    const [header = '', payload = '', signature = ''] = jws.split('.')
    return { header, payload, signature }
  }
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  test('what is signed here passes, so that the others can fail', async () => {
    const { header, payload, signature } = await parts()
    expect(await verify([header, payload, signature].join('.'))).toBe('passed')
  })

  test.each(['none', 'HS256', 'RS256', 'ES256', 'Ed25519', 'EdDSA '])(
    'with alg %s',
    async (alg) => {
      const { payload, signature } = await parts()
      const { kid } = await recordKeys(undefined)
      const header = encoded({ alg, kid, typ: 'delegation+jwt' })
      expect(await verify([header, payload, signature].join('.'))).toBe(INVALID)
      expect(await verify([header, payload, ''].join('.'))).toBe(INVALID)
    }
  )

  test('signed with HMAC and the public key as its secret', async () => {
    const { kid, publicKeys } = await recordKeys(undefined)
    const { x = '' } = await jose.exportJWK(publicKeys.get(kid) as never)
    const { payload } = await parts()
    const jws = await new jose.CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader({ alg: 'HS256', kid, typ: 'delegation+jwt' })
      .sign(Buffer.from(x, 'base64url'))
    expect(await verify(jws)).toBe(INVALID)
  })

  test.each<[string, Record<string, unknown>]>([
    ['of another type', { typ: 'JWT' }],
    ['of no type', { typ: undefined }],
    ['with a key inside', { jwk: {} }],
    ['with a URL of keys', { jku: 'https://attacker.example' }],
    ['with a critical parameter', { crit: ['b64'], b64: false }]
  ])('%s', async (_, changes) => {
    const keys = await recordKeys(undefined)
    const { payload } = await parts()
    const header = { alg: 'EdDSA', kid: keys.kid, typ: 'delegation+jwt', ...changes }
    const jws = await new jose.CompactSign(Buffer.from(payload, 'base64url'))
      .setProtectedHeader(header as never)
      .sign(keys.privateKey, { crit: { b64: true } })
      .catch(() => [encoded(header), payload, 'AA'].join('.'))
    expect(await verify(jws)).toBe(INVALID)
  })

  test.each(['known', 'unknown'])('with another key, and a kid that is %s', async (which) => {
    const { privateKey } = await jose.generateKeyPair('Ed25519')
    const { kid } = await recordKeys(undefined)
    const own = which === 'known' ? kid : 'other'
    const keys = { kid: own, privateKey, publicKeys: new Map() }
    const { jws } = await signRecord(keys, work1, author, options)
    expect(await verify(jws)).toBe(INVALID)
  })

  test('with another spelling of its signature', async () => {
    const { header, payload, signature } = await parts()
    const ABC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const last = ABC.indexOf(signature.slice(-1))
    const spellings = [1, 2, 3].map((bits) => signature.slice(0, -1) + ABC.charAt(last ^ bits))
    const all = [...spellings, `${signature}=`, `${signature}==`, ` ${signature}`]
    const verified = await Promise.all(all.map((each) => verify([header, payload, each].join('.'))))
    expect(verified).toEqual(all.map(() => INVALID))
  })

  test('of another application with the same key', async () => {
    const keys = await recordKeys(undefined)
    const { jws } = await signRecord(keys, work1, author, { ...options, workload: 'other' })
    expect(await verify(jws)).toBe(INVALID)
  })
})
