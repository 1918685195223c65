import { createServer } from 'node:https'
import { serveApi } from './api-server.js'
import { assertLocal } from './assert-local.js'
import { createBindings } from './bindings.js'
import {
  createLandscapeCertificates,
  issueCertificates,
  withClientCertificates,
  type LandscapeCertificates
} from './certificates/landscape-certificates.js'
import { parseSubjectPattern, type SubjectPattern } from './certificates/subject-pattern.js'
import { createPrincipals } from './connectivity/principal.js'
import { createConnectivityProxy } from './connectivity/proxy-server.js'
import { createDestinations, type DestinationStore } from './destination-service/configuration.js'
import { createDestinationHandler } from './destination-service/destination-handler.js'
import { EmulatorError } from './emulator-error.js'
import { createIdentityTenant, type IdentityTenant } from './ias/identity-tenant.js'
import { issueIdentityToken } from './ias/issue-identity-token.js'
import { startIdentity, type Identity } from './ias/start-identity.js'
import { allUsers, createLandscape, type Landscape } from './landscape.js'
import { listen, type Listener } from './listener.js'
import { findProcess, startOnPremise, type OnPremise } from './on-premise.js'
import { RequestLog } from './request-log.js'
import { startApplicationRouter } from './router/application-router.js'
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
  identityTenant: IdentityTenant | undefined
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
  const identityTenant = createIdentityTenant(options)
  const destinations = createDestinations(options)
  const saml = createSamlService(options, landscape)
  const subjectPattern = parseSubjectPattern(options.subjectPattern ?? 'CN=${name}')
  const [certificates, key] = await Promise.all([
    createLandscapeCertificates(landscape.subdomains.values()),
    createSigningKey()
  ])
  const closers: Parts['closers'] = []
  try {
    const onPremise = await startOnPremise(options, certificates)
    for (const own of onPremise.processes.values()) {
      for (const { stop } of own.values()) closers.push(stop)
    }
    return await assemble({
      options,
      landscape,
      identityTenant,
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
  const logs = {
    xsuaa: new RequestLog(),
    destination: new RequestLog(),
    connectivity: new RequestLog(),
    identity: new RequestLog()
  }
  await issueCertificates(landscape, certificates)
  const identity = await openIdentity(parts, logs.identity)
  // nobody knows a port before its handler is in place
  const api = {
    xsuaa: createServer(withClientCertificates(certificates)),
    destination: createServer(certificates.server)
  }
  const xsuaa = await open(api.xsuaa, closers)
  const destination = await open(api.destination, closers)
  const issuer = createTokenIssuer(landscape, key, xsuaa.port)
  const stores = { refreshTokens: new RefreshTokens(), shadowUsers: new ShadowUsers() }
  const trusted = { saml, identity: identity?.service }
  const service: TokenService = { landscape, issuer, ...trusted, ...stores }
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
  const bindings = createBindings(landscape, issuer, ports)
  let stopped: Promise<void> | undefined
  return {
    url: issuer.url,
    ca: certificates.landscapeCa,
    vcapServices: () => ({
      ...bindings.vcapServices(),
      ...(identity && { identity: [identity.binding()] })
    }),
    applicationBinding: (name, kind = 'xsuaa') =>
      kind === 'xsuaa' ? bindings.application(name) : identityOf(identity).bindingOf(name),
    users: summarizeUsers(landscape),
    issueToken: async (request) =>
      request.issuer === 'ias'
        ? issueIdentityToken(identityOf(identity).service, request)
        : issueToken(service, request),
    startRouter: async () => {
      const router = await startApplicationRouter(withClientCertificates(certificates))
      closers.push(router.stop)
      return router
    },
    requests: (endpoint) => logs[endpoint].list(),
    connections: {
      get connectivity() {
        return connectivity.accepted
      }
    },
    system: (virtualHost, tenant) => findProcess(onPremise, virtualHost, tenant),
    stop: () => (stopped ??= closeAll(closers))
  }
}

async function openIdentity(
  { identityTenant, landscape, certificates, closers }: Parts,
  log: RequestLog
): Promise<Identity | undefined> {
  if (!identityTenant) return undefined
  const identity = await startIdentity(identityTenant, landscape, certificates, log)
  closers.push(identity.listener.close)
  return identity
}

function identityOf(identity: Identity | undefined): Identity {
  if (identity) return identity
  const text = 'there is no Identity Authentication: switch it on with the option "identity"'
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

function createProxy(
  { options, landscape, subjectPattern, certificates, onPremise }: Parts,
  service: TokenService,
  log: RequestLog
) {
  const context = {
    issuer: service.issuer,
    client: landscape.clients.connectivity,
    identity: service.identity?.issuer,
    systemsOf: onPremise.systemsOf,
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

function summarizeUsers(landscape: Landscape): UserSummary[] {
  return allUsers(landscape).map(({ name, tenant, roles, attributes }) => ({
    name,
    roles,
    attr: attributes,
    ...(tenant !== landscape.tenant && { tenant })
  }))
}
