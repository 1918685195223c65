import { verify, type JwtPayload } from 'jsonwebtoken'
import { requireNative } from '../../../../emulator/src/lib/native.js'
import { claimsOf, credentials, headerOf } from '../../../../emulator/test/support/http.js'
import type { FidelityLandscape } from '../landscape.js'
import { startXsuaa } from './log-on.js'

const { JwksClient } = requireNative('jwks-rsa') as typeof import('jwks-rsa')

let landscape: FidelityLandscape
beforeAll(async () => (landscape = await startXsuaa()))
afterAll(() => landscape.stop())

/** `jsonwebtoken`, with a key by the id in the header. */
async function verified(token: string, keys: InstanceType<typeof JwksClient>) {
  const key = await keys.getSigningKey(headerOf(token).kid as string)
  const { clientid: audience = '' } = credentials(landscape.emulator)
  const { iss: issuer } = claimsOf(token)
  return verify(token, key.getPublicKey(), { audience, issuer }) as JwtPayload
}

const keySet = () =>
  new JwksClient({ jwksUri: `${credentials(landscape.emulator)['url'] ?? ''}/token_keys` })

test('the key set of XSUAA, before and after a rotation', async () => {
  const { emulator } = landscape
  const former = await emulator.issueToken({ user: 'alice' })
  expect(await verified(former, keySet())).toMatchObject({ user_name: 'alice' })
  await emulator.rotateKeys()
  const keys = keySet()
  for (const token of [former, await emulator.issueToken({ user: 'alice' })]) {
    expect(await verified(token, keys)).toMatchObject({ user_name: 'alice' })
  }
  await emulator.rotateKeys({ keepFormer: false })
  await expect(verified(former, keySet())).rejects.toMatchObject({
    name: 'SigningKeyNotFoundError'
  })
})

test('the verification key of the binding', async () => {
  const { emulator } = landscape
  const { verificationkey = '' } = credentials(emulator)
  const token = await emulator.issueToken({ user: 'alice' })
  expect(verify(token, verificationkey)).toMatchObject({ user_name: 'alice' })
  const expired = await emulator.issueToken({ user: 'alice', expiresIn: -60 })
  expect(() => verify(expired, verificationkey)).toThrow(/jwt expired/)
})
