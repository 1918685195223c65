import type { IncomingMessage } from 'node:http'
import type { ApiHandler, RequestNotes } from '../api-server.js'
import { bearerToken } from '../bearer.js'
import { sendJson } from '../respond.js'
import { InvalidToken, verifyServiceToken } from '../xsuaa/verify-token.js'
import { createAuthTokens, type Caller } from './auth-tokens.js'
import { keyStoreOf } from './certificates.js'
import type {
  DestinationConfiguration,
  DestinationStore,
  TenantDestinations
} from './configuration.js'
import type { DestinationTokens } from './saml-tokens.js'
import { sendTrustDocument } from './trust-document.js'

const BASE = '/destination-configuration/v1/'

/** Clients compare this text. */
const NOT_FOUND = { ErrorMessage: 'Configuration with the specified name was not found' }

const UNAUTHORIZED = { ErrorMessage: 'Unable to parse the JWT in Authorization Header.' }

/** The router of the emulated Destination service; all destinations are on subaccount level. */
export function createDestinationHandler(
  service: DestinationTokens,
  store: DestinationStore
): ApiHandler {
  return async (req, res, url, notes) => {
    const caller = await authenticate(service, req, notes)
    if (!caller) return sendJson(res, 401, UNAUTHORIZED, { 'www-authenticate': 'Bearer' })
    if (req.method !== 'GET')
      return sendJson(res, 405, { ErrorMessage: 'Method Not Allowed' }, { allow: 'GET' })
    const [collection, name] = parsePath(url.pathname)
    const own = store(caller.tenant)
    const { destinations } = own
    const destination = name === undefined ? undefined : destinations.get(name)
    switch (collection) {
      case 'destinations': {
        if (!destination) return sendJson(res, 404, NOT_FOUND)
        const skip = url.searchParams.get('$skipTokenRetrieval') === 'true'
        notes.retrieval = skip ? 'none' : caller.userToken ? 'user' : 'technical'
        return sendJson(res, 200, await find(service, own, destination, caller, skip))
      }
      case 'subaccountDestinations':
        if (name === undefined) return sendJson(res, 200, [...destinations.values()])
        return destination ? sendJson(res, 200, destination) : sendJson(res, 404, NOT_FOUND)
      case 'instanceDestinations':
      case 'instanceCertificates':
        return name === undefined ? sendJson(res, 200, []) : sendJson(res, 404, NOT_FOUND)
      case 'subaccountCertificates': {
        const { certificates } = own
        if (name === undefined) return sendJson(res, 200, [...certificates.values()])
        const certificate = certificates.get(name)
        return sendJson(res, certificate ? 200 : 404, certificate ?? NOT_FOUND)
      }
      case 'saml2Metadata':
        return sendTrustDocument(res, service.saml.signerOf(caller.tenant), name)
      default:
        return sendJson(res, 404, { ErrorMessage: 'Not Found' })
    }
  }
}

async function authenticate(
  { issuer, landscape }: DestinationTokens,
  req: IncomingMessage,
  notes: RequestNotes
): Promise<Caller | undefined> {
  const token = bearerToken(req.headers.authorization ?? '')
  if (!token) return undefined
  const client = landscape.clients.destination
  try {
    const claims = await verifyServiceToken(issuer, client, token)
    notes.client = client.id
    const own = claims['user_id'] === undefined ? undefined : token
    return {
      tenant: String(claims['zid']),
      subdomain: single(req.headers['x-tenant']),
      // the header wins over a user token that the service's client has got by an exchange
      userToken: single(req.headers['x-user-token']) ?? own,
      refreshToken: single(req.headers['x-refresh-token'])
    }
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

/** "Find destination": the configuration, its level, and tokens unless the client wants none. */
async function find(
  service: DestinationTokens,
  { certificates }: TenantDestinations,
  destination: DestinationConfiguration,
  caller: Caller,
  skipTokenRetrieval: boolean
) {
  const authTokens = skipTokenRetrieval
    ? undefined
    : await createAuthTokens(service, destination, caller)
  const keyStore = skipTokenRetrieval ? undefined : keyStoreOf(destination, certificates)
  return {
    owner: { SubaccountId: caller.tenant, InstanceId: null },
    destinationConfiguration: destination,
    ...(authTokens && { authTokens }),
    ...(keyStore && { certificates: keyStore })
  }
}

const single = (header: string | string[] | undefined) =>
  Array.isArray(header) ? header.join() : header

function parsePath(path: string): [collection: string, name: string | undefined] {
  if (!path.startsWith(BASE)) return ['', undefined]
  const [collection = '', name, ...rest] = path.slice(BASE.length).split('/')
  if (rest.length) return ['', undefined]
  return [collection, name === undefined || name === '' ? undefined : decode(name)]
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
