import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiHandler, RequestNotes } from '../http/api-server.js'
import { bearerToken } from '../http/bearer.js'
import { notEmulatedText } from '../http/not-emulated.js'
import { sendJson } from '../http/respond.js'
import { isUserToken, tenantOf } from '../connectivity/proxy-token.js'
import { InvalidToken } from '../xsuaa/verify-token.js'
import { verifyCaller } from './authenticate-caller.js'
import type { DestinationStore } from './configuration.js'
import { consume, find } from './find.js'
import { askedFragments } from './fragments.js'
import { LookUpFailed } from './lookup-failed.js'
import { sendTrustDocument } from './trust-document.js'
import type { Caller, DestinationTokens } from './tokens/types.js'

const PATH = /^\/destination-configuration\/(v[12])\/([^/]*)(?:\/([^/]*))?$/

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
    const [version, collection, name] = parsePath(url.pathname)
    const missing = notEmulatedPart(req.method, collection, url.searchParams)
    if (missing) {
      return sendJson(res, 501, { ErrorMessage: notEmulatedText('Destination service', missing) })
    }
    if (req.method !== 'GET')
      return sendJson(res, 405, { ErrorMessage: 'Method Not Allowed' }, { allow: 'GET' })
    if (collection === 'destinations' && name !== undefined) {
      return sendFound(service, store, req, res, { url, version, name, caller, notes })
    }
    if (version === 'v2') return sendJson(res, 404, { ErrorMessage: 'Not Found' })
    const own = store(caller.tenant)
    const { destinations } = own
    const destination = name === undefined ? undefined : destinations.get(name)
    switch (collection) {
      case 'destinations':
        return sendJson(res, 404, NOT_FOUND)
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

/** Collections that can be changed on BTP. */
const LEVEL = /^(subaccount|instance)[A-Z]\w+$/

/** Collections that can be read here. */
const READABLE = /^(subaccount|instance)(Destinations|Certificates)$/

/** Returns the part of a request that the real service understands, and the emulator does not. */
function notEmulatedPart(method = '', collection: string, query: URLSearchParams) {
  if (!LEVEL.test(collection)) return undefined
  if (method !== 'GET' || !READABLE.test(collection)) return `${method} ${collection}`
  return [...query.keys()].find((name) => name.startsWith('$'))
}

async function authenticate(
  service: DestinationTokens,
  req: IncomingMessage,
  notes: RequestNotes
): Promise<Caller | undefined> {
  const token = bearerToken(req.headers.authorization ?? '')
  if (!token) return undefined
  try {
    const { claims, client } = await verifyCaller(service, req, token)
    notes.client = client
    const own = isUserToken(claims) ? token : undefined
    return {
      tenant: tenantOf(claims),
      subdomain: single(req.headers['x-tenant']),
      // the header wins over a user token that the service's client has got by an exchange
      userToken: single(req.headers['x-user-token']) ?? own,
      refreshToken: single(req.headers['x-refresh-token']),
      subject: typedToken(req, 'subject'),
      actor: typedToken(req, 'actor')
    }
  } catch (error) {
    if (error instanceof InvalidToken) return undefined
    throw error
  }
}

/** One request for a destination. */
interface FindRequest {
  url: URL
  version: string
  name: string
  caller: Caller
  notes: RequestNotes
}

async function sendFound(
  service: DestinationTokens,
  store: DestinationStore,
  { headers }: IncomingMessage,
  res: ServerResponse,
  { url, version, name, caller, notes }: FindRequest
): Promise<void> {
  const skipTokenRetrieval = url.searchParams.get('$skipTokenRetrieval') === 'true'
  const isUser = caller.userToken ?? caller.subject.token ?? headers['x-chain-name']
  notes.retrieval = skipTokenRetrieval ? 'none' : isUser ? 'user' : 'technical'
  const optional = single(headers['x-fragment-optional'])
  const fragments = askedFragments(single(headers['x-fragment-name']), optional)
  const chainName = single(headers['x-chain-name'])
  const variable = (each: string) => single(headers[`x-chain-var-${each.toLowerCase()}`])
  const chain = chainName === undefined ? undefined : { name: chainName, variable }
  const asked = { name, caller, fragments, skipTokenRetrieval, chain }
  const includeOwner = url.searchParams.get('includeMetadata') === 'owner'
  try {
    const found = await (version === 'v2'
      ? consume(service, store, asked, includeOwner)
      : find(service, store, asked))
    sendJson(res, 200, found)
  } catch (error) {
    if (!(error instanceof LookUpFailed)) throw error
    sendJson(res, error.status, { ErrorMessage: error.message })
  }
}

function typedToken({ headers }: IncomingMessage, name: 'subject' | 'actor') {
  return {
    token: single(headers[`x-${name}-token`]),
    type: single(headers[`x-${name}-token-type`])
  }
}

const single = (header: string | string[] | undefined) =>
  Array.isArray(header) ? header.join() : header

function parsePath(path: string): [version: string, collection: string, name: string | undefined] {
  const [, version = '', collection = '', name] = PATH.exec(path) ?? []
  return [version, collection, name ? decode(name) : undefined]
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
