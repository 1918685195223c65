import { createServer } from 'node:https'
import { serveApi } from './api-server.js'
import { assertLocal } from './assert-local.js'
import { createBindings } from './bindings.js'
import {
  createLandscapeCertificates,
  type LandscapeCertificates
} from './certificates/landscape-certificates.js'
import { parseSubjectPattern, type SubjectPattern } from './certificates/subject-pattern.js'
import { createPrincipals } from './connectivity/principal.js'
import { createConnectivityProxy } from './connectivity/proxy-server.js'
import { createDestinations, type DestinationStore } from './destination-service/configuration.js'
import { createDestinationHandler } from './destination-service/destination-handler.js'
import { EmulatorError } from './emulator-error.js'
import { createLandscape, type Landscape } from './landscape.js'
import { listen, type Listener } from './listener.js'
import { startOnPremise, type OnPremise } from './on-premise.js'
import { RequestLog } from './request-log.js'
import type { Emulator, EmulatorOptions, UserSummary } from './types.js'
import { createSamlService, type SamlService } from './saml/saml-service.js'
import { issueToken } from './xsuaa/issue-token.js'
import { RefreshTokens } from './xsuaa/refresh-tokens.js'
import { ShadowUsers } from './xsuaa/shadow-users.js'
import { createSigningKey, type SigningKey } from './xsuaa/signing-key.js'
import type { TokenService } from './xsuaa/token-endpoint.js'
import { createTokenIssuer } from './xsuaa/token-issuer.js'
import { createXsuaaHandler } from './xsuaa/xsuaa-handler.js'

/** Everything that one emulator is made of, before it is put together. */
interface Parts {
  options: EmulatorOptions
  landscape: Landscape
  destinations: DestinationStore
  subjectPattern: SubjectPattern
  saml: SamlService
  certificates: LandscapeCertificates
  key: SigningKey
  onPremise: OnPremise
  /** Run in reverse order by `stop`. */
  closers: (() => Promise<void>)[]
}

/**
 * Starts XSUAA, Destination service, Connectivity proxy with a Cloud Connector, and the backends
 * behind it, on free ports of loopback and with new keys. Several can run in one process.
 *
 * @throws EmulatorError if the configuration is wrong, a backend does not start, or the process is
 * anywhere near production
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  assertLocal(process.env)
  const landscape = createLandscape(options)
  // whatever can be wrong in the configuration comes to light before anything starts
  const destinations = createDestinations(options)
  const saml = createSamlService(options, landscape)
  const subjectPattern = parseSubjectPattern(options.subjectPattern ?? 'CN=${name}')
  const [certificates, key] = await Promise.all([createLandscapeCertificates(), createSigningKey()])
  const closers: Parts['closers'] = []
  try {
    const onPremise = await startOnPremise(options, certificates)
    for (const { stop } of onPremise.processes.values()) closers.push(stop)
    return await assemble({
      options,
      landscape,
      destinations,
      saml,
      subjectPattern,
      certificates,
      key,
      onPremise,
      closers
    })
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}

async function assemble(parts: Parts): Promise<Emulator> {
  const { landscape, destinations, certificates, key, onPremise, closers, saml } = parts
  const { server: tls } = certificates
  const logs = {
    xsuaa: new RequestLog(),
    destination: new RequestLog(),
    connectivity: new RequestLog()
  }
  // nobody knows a port before its handler is in place
  const api = { xsuaa: createServer(tls), destination: createServer(tls) }
  const xsuaa = await open(api.xsuaa, closers)
  const destination = await open(api.destination, closers)
  const issuer = createTokenIssuer(landscape, key, xsuaa.port)
  const stores = { refreshTokens: new RefreshTokens(), shadowUsers: new ShadowUsers() }
  const service: TokenService = { landscape, issuer, saml, ...stores }
  serveApi(api.xsuaa, logs.xsuaa, createXsuaaHandler(service))
  const tokens = { ...service, ca: certificates.landscapeCa }
  serveApi(api.destination, logs.destination, createDestinationHandler(tokens, destinations))
  const proxy = createProxy(parts, service, logs.connectivity)
  const connectivity = await open(proxy, closers)
  const ports = {
    xsuaa: xsuaa.port,
    destination: destination.port,
    connectivity: connectivity.port
  }
  let stopped: Promise<void> | undefined
  return {
    url: issuer.url,
    ca: certificates.landscapeCa,
    vcapServices: createBindings(landscape, issuer, ports),
    users: summarizeUsers(landscape),
    issueToken: (request) => issueToken(service, request),
    requests: (endpoint) => logs[endpoint].list(),
    connections: {
      get connectivity() {
        return connectivity.accepted
      }
    },
    system: (virtualHost) => findProcess(onPremise, virtualHost),
    stop: () => (stopped ??= closeAll(closers))
  }
}

function createProxy(
  { options, landscape, subjectPattern, certificates, onPremise }: Parts,
  service: TokenService,
  log: RequestLog
) {
  const context = {
    issuer: service.issuer,
    client: landscape.clients.connectivity,
    systems: onPremise.systems,
    locationId: options.locationId ?? '',
    principals: createPrincipals(certificates.cloudConnector, subjectPattern)
  }
  return createConnectivityProxy(context, certificates, log)
}

async function open(
  server: Parameters<typeof listen>[0],
  closers: Parts['closers']
): Promise<Listener> {
  const listener = await listen(server)
  closers.push(listener.close)
  return listener
}

async function closeAll(closers: Parts['closers']): Promise<void> {
  await Promise.all(closers.reverse().map((close) => close()))
}

function summarizeUsers({ users }: Landscape): UserSummary[] {
  return [...users.values()].map(({ name, roles, attributes }) => ({
    name,
    roles,
    attr: attributes
  }))
}

function findProcess({ processes }: OnPremise, virtualHost: string) {
  const process = processes.get(virtualHost.toLowerCase())
  if (process) return { audit: process.audit }
  const known = [...processes.keys()].join(', ') || '(none)'
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `the emulator has not started a backend for "${virtualHost}", only for ${known}`
  )
}
