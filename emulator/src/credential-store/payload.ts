import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import type { Clock } from '../landscape/clock.js'
import { jose } from '../lib/jose.js'

/** Algorithms of encrypted payloads. @see help.sap.com, "SAP Credential Store", "Encrypting Payloads" */
const ALG = 'RSA-OAEP-256'
const ENC = 'A256GCM'

/** Seconds for which the service accepts a payload. */
const FRESH = 120

/** The key pairs of a binding. */
export interface PayloadKeys {
  /** Key of the service, which decrypts requests. */
  readonly own: KeyObject
  /** Key of the client, with which answers are encrypted. */
  readonly client: KeyObject
  /** Property `encryption` of the binding. */
  readonly encryption: { readonly client_private_key: string; readonly server_public_key: string }
}

/** Makes the key pairs of a binding. */
export async function createPayloadKeys(): Promise<PayloadKeys> {
  const generate = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  const [own, client] = await Promise.all([generate(), generate()])
  const format = { format: 'der' } as const
  return {
    own: own.privateKey,
    client: client.publicKey,
    encryption: {
      client_private_key: client.privateKey.export({ ...format, type: 'pkcs8' }).toString('base64'),
      server_public_key: own.publicKey.export({ ...format, type: 'spki' }).toString('base64')
    }
  }
}

/** Encrypts an answer. */
export function encrypt({ client }: PayloadKeys, body: unknown, clock: Clock): Promise<string> {
  const iat = clock.seconds()
  return new jose.CompactEncrypt(Buffer.from(JSON.stringify(body)))
    .setProtectedHeader({ alg: ALG, enc: ENC, iat })
    .encrypt(client)
}

/** Decrypts the payload of a request; `undefined` for one that the service does not accept. */
export async function decrypt(
  { own }: PayloadKeys,
  payload: string,
  clock: Clock
): Promise<unknown> {
  try {
    const { plaintext, protectedHeader } = await jose.compactDecrypt(payload, own, {
      keyManagementAlgorithms: [ALG],
      contentEncryptionAlgorithms: [ENC]
    })
    const { iat } = protectedHeader
    const age = clock.seconds() - Number(iat)
    if (typeof iat !== 'number' || age > FRESH) return undefined
    return JSON.parse(new TextDecoder().decode(plaintext))
  } catch {
    return undefined
  }
}
