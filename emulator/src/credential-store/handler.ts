import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler } from '../http/api-server.js'
import { sendNotEmulated } from '../http/not-emulated.js'
import { readText } from '../http/read-form.js'
import { sendJson, sendText } from '../http/respond.js'
import { type Credential, type CredentialType, isNamespace, problemOf } from './credentials.js'
import { API, type StoreInstance, TOKEN } from './instance.js'
import { LogOn } from './log-on.js'
import { decrypt, encrypt } from './payload.js'
import type { StoredCredential, StorePermission } from './types.js'

/** Parts of the real API that are not emulated. */
const PART = {
  service: 'SAP Credential Store',
  notEmulated: [
    ...['passwords', 'keys', 'keyring', 'keyrings', 'namespaces'].map((each) => `${API}/${each}`),
    '/api/v1/dek',
    '/api/v1/encryption'
  ]
}

/** A request of a caller who has logged on. */
interface Call {
  readonly instance: StoreInstance
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly namespace: string
  readonly type: CredentialType
}

/** Creates the router of the service's REST API: passwords and keys, with encrypted payloads. */
export function createStoreHandler(instance: StoreInstance): ApiHandler {
  const logOn = new LogOn(instance)
  return async (req, res, url, notes) => {
    if (url.pathname === TOKEN && req.method === 'POST') return logOn.answerToken(req, res)
    const type = /^\/(key|password)$/.exec(url.pathname.replace(API, ''))?.[1]
    if (!type || !url.pathname.startsWith(API)) return sendNotEmulated(res, PART, url.pathname)
    const namespace = logOn.namespaceOf(req)
    if (namespace === undefined) return sendJson(res, 401, { error: 'Unauthorized' })
    notes.client = instance.username.slice(0, 36)
    if (!isNamespace(namespace))
      return refuse(res, 400, 'sapcp-credstore-namespace is missing or wrong')
    const call = { instance, req, res, namespace, type: type as CredentialType }
    const { method } = req
    if (method === 'POST') return write(call)
    const name = url.searchParams.get('name')
    if (!name) return refuse(res, 400, 'the parameter "name" is missing')
    if (method === 'GET') return read(call, name)
    if (method === 'DELETE') return remove(call, name)
    sendJson(res, 405, { error: 'Method Not Allowed' }, { allow: 'GET, POST, DELETE' })
  }
}

async function read(call: Call, name: string): Promise<void> {
  const { instance, req, res, namespace, type } = call
  if (!isPermitted(call, 'read')) return
  const found = instance.credentials.find(namespace, type, name)
  if (!found) return refuse(res, 404, 'there is no such credential')
  if (req.headers['if-none-match'] === `"${found.revision}"`) return sendText(res, 304, '')
  return answer(call, 200, found)
}

async function write(call: Call): Promise<void> {
  const { instance, req, res, namespace, type } = call
  const { keys, clock, credentials } = instance
  if (!/^application\/jose\b/.test(req.headers['content-type'] ?? '')) {
    return refuse(res, 415, 'payloads must be encrypted: application/jose')
  }
  const payload = (await decrypt(keys, (await readText(req)) ?? '', clock)) as
    StoredCredential | null | undefined
  if (typeof payload !== 'object' || !payload)
    return refuse(res, 400, 'the payload is not accepted')
  const problem = problemOf(type, payload)
  if (problem) return refuse(res, 400, problem)
  const known = credentials.find(namespace, type, payload.name)
  if (!isPermitted(call, known ? 'update' : 'create')) return
  const { 'if-match': match, 'if-none-match': none } = req.headers
  const isOther = match !== undefined && match !== '*' && match !== `"${known?.revision}"`
  if (isOther || (match !== undefined && !known) || (none === '*' && known)) {
    return refuse(res, 412, 'Precondition Failed')
  }
  return answer(call, known ? 200 : 201, credentials.write(namespace, type, payload))
}

function remove(call: Call, name: string): void {
  const { instance, res, namespace, type } = call
  if (!isPermitted(call, 'delete')) return
  const isDone = instance.credentials.remove(namespace, type, name)
  if (isDone) return sendText(res, 204, '')
  refuse(res, 404, 'there is no such credential')
}

/** Sends a credential, encrypted for the client. */
async function answer({ instance, res }: Call, status: number, found: Credential): Promise<void> {
  const { revision, ...credential } = found
  const body = await encrypt(instance.keys, credential, instance.clock)
  const headers = { 'content-type': 'application/jose;charset=UTF-8', etag: `"${revision}"` }
  sendText(res, status, body, { ...headers, 'cache-control': 'no-cache, no-store' })
}

/** Refuses a call that the binding has no permission for. @returns true if it has */
function isPermitted({ instance, res }: Call, permission: StorePermission): boolean {
  if (instance.permissions.includes(permission)) return true
  refuse(res, 403, `the binding has no permission "${permission}"`)
  return false
}

function refuse(res: ServerResponse, status: number, message: string): void {
  sendJson(res, status, { error: message })
}
