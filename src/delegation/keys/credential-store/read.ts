import { createPrivateKey } from 'node:crypto'
import type { RequestOptions } from 'node:https'
import { setTimeout as pause } from 'node:timers/promises'

import { DelegationError, printAsLine } from '../../../errors.js'
import { FetchError } from '../../../lib/fetch-json.js'
import { type HttpsAnswer, sendHttps } from '../../../lib/send-https.js'
import { jose } from '../jose.js'
import type { LogOn, StoreClient } from './client.js'
import type { StorePlace } from './options.js'

/** Times that the store is asked before it counts as failed, and milliseconds between them. */
const ATTEMPTS = 3
const PAUSE = 1_000

/** The largest key has 32 kB, and is in Base64 twice. */
const LIMITS = { deadline: 5_000, maxBytes: 128 * 1024 }

/** Next step by status. */
const FIXES: Readonly<Record<number, string>> = {
  401: 'The binding is not accepted: it may be over (60 days by default). Bind the store again.',
  403: 'Give the binding the permission "read" in this namespace.',
  404: 'Create it: "npx cds-principal delegations init" prints how.'
}
const LATER = 'Look at the availability of the service, and start again.'

/**
 * Reads the keys of delegations: a credential of type key, whose value is the file that `cds-principal delegations init` makes.
 *
 * @throws {@link DelegationError} `ERR_DELEGATION_KEYS`
 * @see help.sap.com, "SAP Credential Store", "REST API"
 * @internal
 */
export async function readStore(client: StoreClient, place: StorePlace): Promise<object> {
  const answer = await answerOf(client, place)
  const content = await contentOf(client, place, answer)
  const { value } = parsed(content) as { value?: unknown }
  const keys = parsed(Buffer.from(typeof value === 'string' ? value : '', 'base64').toString())
  if (Object.hasOwn(keys, 'recordKeys')) return keys
  throw unusable(
    place,
    'has no "recordKeys": its value is not the file with the keys in Base64',
    FIXES[404]
  )
}

async function answerOf(client: StoreClient, place: StorePlace): Promise<HttpsAnswer> {
  for (let attempt = 1; ; attempt++) {
    const found = await ask(client, place).catch((error: unknown) => error)
    const answer = found instanceof Error ? undefined : (found as HttpsAnswer)
    if (answer?.status === 200) return answer
    const isOver = answer && answer.status < 500 && answer.status !== 429
    if (!isOver && attempt < ATTEMPTS) {
      await pause(PAUSE) // at the start, nothing else keeps the process alive
      continue
    }
    const said = answer
      ? `status ${String(answer.status)}`
      : found instanceof FetchError
        ? found.message
        : 'no answer'
    throw unusable(
      place,
      `can't be read: ${said}`,
      (answer && FIXES[answer.status]) ?? LATER,
      !isOver
    )
  }
}

async function ask({ url, logOn }: StoreClient, place: StorePlace): Promise<HttpsAnswer> {
  const endpoint = new URL(`${url.replace(/\/+$/, '')}/key`)
  endpoint.searchParams.set('name', place.name)
  const { refused, headers, ...options } = await authentication(logOn, place)
  if (refused) return refused
  const accept = 'application/jose, application/json'
  const own = { accept, 'sapcp-credstore-namespace': place.namespace, ...headers }
  return sendHttps(endpoint, { ...options, headers: own }, LIMITS)
}

type Authentication = Pick<RequestOptions, 'cert' | 'key'> & {
  readonly headers?: Readonly<Record<string, string>>
  /** Answer of the token service, if it gives no token. */
  readonly refused?: HttpsAnswer
}

async function authentication(logOn: LogOn, place: StorePlace): Promise<Authentication> {
  if (logOn.type === 'basic') {
    const { username, password } = logOn
    const value = Buffer.from(`${username}:${password}`).toString('base64')
    return { headers: { authorization: `Basic ${value}` } }
  }
  const { certificate: cert, key } = logOn
  if (logOn.type === 'mtls') return { cert, key }
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: logOn.clientId,
    credstore_namespace: place.namespace
  })
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const options = { method: 'POST', cert, key, headers }
  const answer = await sendHttps(new URL(logOn.tokenUrl), options, LIMITS, form.toString())
  const { access_token: token } = parsed(answer.body) as { access_token?: unknown }
  if (answer.status !== 200 || typeof token !== 'string') return { refused: refusalOf(answer) }
  return { headers: { authorization: `Bearer ${token}` } }
}

/** An answer 200 without a token is none. */
function refusalOf(answer: HttpsAnswer): HttpsAnswer {
  return answer.status === 200 ? { ...answer, status: 502 } : answer
}

/** Decrypts an answer by the binding's key; the encryption of payloads can be turned off in an instance with mutual TLS. */
async function contentOf(
  { decryptionKey }: StoreClient,
  place: StorePlace,
  { headers, body }: HttpsAnswer
): Promise<string> {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  if (type.trim().toLowerCase() === 'application/json') return body
  if (decryptionKey === undefined) {
    throw unusable(
      place,
      'is encrypted with a key that the binding does not have',
      'Bind the store without a public key of your own.'
    )
  }
  try {
    const key = createPrivateKey({
      key: Buffer.from(decryptionKey, 'base64'),
      format: 'der',
      type: 'pkcs8'
    })
    const { plaintext } = await jose().compactDecrypt(body, key, {
      keyManagementAlgorithms: ['RSA-OAEP-256'],
      contentEncryptionAlgorithms: ['A256GCM']
    })
    return new TextDecoder().decode(plaintext)
  } catch {
    // its message could have a part of the answer
    throw unusable(place, "can't be decrypted with the key of the binding", 'Bind the store again.')
  }
}

function parsed(text: string): object {
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}

function unusable(
  { namespace, name }: StorePlace,
  what: string,
  fix = LATER,
  afterAttempts = false
): DelegationError {
  const times = afterAttempts ? `, ${String(ATTEMPTS)} times` : ''
  const error = new DelegationError(
    'ERR_DELEGATION_KEYS',
    `the key "${name}" in the namespace "${namespace}" of the SAP Credential Store ${what}${times}`,
    { fix }
  )
  printAsLine(error)
  return error
}
