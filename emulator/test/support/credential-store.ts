import { createPrivateKey, createPublicKey } from 'node:crypto'

import type { Emulator } from '../../src/index.js'
import { jose } from '../../src/lib/jose.js'
import { send } from './http.js'

/** Binding of the SAP Credential Store. */
export interface StoreCredentials {
  readonly url: string
  readonly username: string
  readonly password?: string
  readonly certificate?: string
  readonly key?: string
  readonly oauth_token_url?: string
  readonly expires_at: string
  readonly encryption: { readonly client_private_key: string; readonly server_public_key: string }
  readonly parameters: object
}

export const storeCredentials = (emulator: Emulator) =>
  emulator.vcapServices().credstore?.[0]?.credentials as unknown as StoreCredentials

/** Decrypts an answer as the documentation of the service says: a key without the lines of PEM, by its algorithms. */
export async function decrypted({ encryption }: StoreCredentials, text: string) {
  const pem = `-----BEGIN PRIVATE KEY-----\n${encryption.client_private_key}\n-----END PRIVATE KEY-----`
  const { plaintext, protectedHeader } = await jose.compactDecrypt(text, createPrivateKey(pem))
  return {
    header: protectedHeader,
    body: JSON.parse(new TextDecoder().decode(plaintext)) as Record<string, unknown>
  }
}

/** Encrypts a payload. @param header - changes of the header */
export function encrypted(
  { encryption }: StoreCredentials,
  payload: object | null,
  header: object = {}
) {
  const pem = `-----BEGIN PUBLIC KEY-----\n${encryption.server_public_key}\n-----END PUBLIC KEY-----`
  const iat = Math.floor(Date.now() / 1000)
  return new jose.CompactEncrypt(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM', iat, ...header })
    .encrypt(createPublicKey(pem))
}

/** Calls the API with the client certificate of the binding. */
export function callStore(
  emulator: Emulator,
  path: string,
  { method = 'GET', body, headers = {}, namespace = 'ns', certificate = true }: StoreCall = {}
) {
  const { url, certificate: cert, key } = storeCredentials(emulator)
  return send(`${url}${path}`, {
    ca: emulator.ca,
    method,
    ...(certificate && cert && { cert, key }),
    headers: {
      ...(namespace && { 'sapcp-credstore-namespace': namespace }),
      ...(body && { 'content-type': 'application/jose' }),
      ...headers
    },
    ...(body && { body })
  })
}

interface StoreCall {
  readonly method?: string
  readonly body?: string
  readonly headers?: Record<string, string>
  readonly namespace?: string
  readonly certificate?: boolean
}
