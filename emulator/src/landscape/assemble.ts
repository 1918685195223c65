import { createServer } from 'node:https'
import { serveApi } from '../http/api-server.js'
import { createBackendRecord } from '../backend/backend-record.js'
import { createBindings } from '../project/bindings.js'
import {
  issueCertificates,
  withClientCertificates,
  type LandscapeCertificates
} from '../certificates/landscape-certificates.js'
import type { SubjectPattern } from '../certificates/subject-pattern.js'
import type { PropagationSettings } from '../connectivity/cloud-connector-options.js'
import { createConnectivityProxy } from '../connectivity/proxy-server.js'
import { createSocksProxy } from '../connectivity/socks/socks-server.js'
import { startCredentialStore } from '../credential-store/start-store.js'
import { delegationBinding, type TrustedApplication } from '../delegation/trust-application.js'
import type { DestinationStore } from '../destination-service/configuration.js'
import { createDestinationHandler } from '../destination-service/destination-handler.js'
import type { Emulator } from '../emulator.js'
import type { IdentityTenant } from '../ias/identity-tenant.js'
import { issueIdentityToken } from '../ias/tokens/issue-identity-token.js'
import { startIdentity, type Identity } from '../ias/start-identity.js'
import { startJobScheduler } from '../job-scheduler/start-job-scheduler.js'
import { absent, withoutScheduler, withoutStore } from './absent.js'
import { certificateControls } from './certificate-controls.js'
import { createGate } from './create-gate.js'
import { allUsers, type Landscape } from './landscape.js'
import { listen, type Listener } from '../http/listener.js'
import { allProcesses, findProcess, type OnPremise } from './on-premise.js'
import { startApplicationRouter } from '../router/application-router.js'
import type { RecorderSources } from '../recorder/recorder.js'
import { keepSources } from '../recorder/sources.js'
import type { SamlService } from '../saml/saml-service.js'
import { Traffic } from '../traffic/traffic.js'
import type { EmulatorOptions, UserSummary } from '../types.js'
import { AuthorizationCodes } from '../xsuaa/authorize/authorization-codes.js'
import { issueToken } from '../xsuaa/issue-token.js'
import { RefreshTokens } from '../xsuaa/refresh-tokens.js'
import { ShadowUsers } from '../xsuaa/shadow-users.js'
import type { SigningKeys } from '../xsuaa/signing-keys.js'
import { createTokenIssuer, type TokenIssuer } from '../xsuaa/token-issuer.js'
import { createXsuaaHandler, xsuaaEndpoint } from '../xsuaa/xsuaa-handler.js'
import type { TokenService } from '../xsuaa/grants/token-service.js'

/** Milliseconds that `takeRequest` waits unless it is told otherwise. */
const TAKE_TIMEOUT_MS = 5000

/** Everything that one emulator is made of, before it is put together. */
export interface Parts {
  options: EmulatorOptions
  application: TrustedApplication | undefined
  landscape: Landscape
  identityTenant: IdentityTenant | undefined
  destinations: DestinationStore
  subjectPattern: SubjectPattern
  propagation: PropagationSettings
  saml: SamlService
  certificates: LandscapeCertificates
  keys: SigningKeys
  onPremise: OnPremise
  /** Run in reverse order by `stop`. */
  closers: (() => Promise<void>)[]
}

/** Opens the servers and puts everything together. */
export async function assemble(parts: Parts): Promise<Emulator> {
  const { landscape, certificates, onPremise, closers, application } = parts
  const traffic = new Traffic()
  closers.push(() => Promise.resolve(traffic.close()))
  await issueCertificates(landscape, certificates)
  const opened = await openServices(parts, traffic)
  const { service, identity, bindings, connectivity, scheduler, credentials } = opened
  let stopped: Promise<void> | undefined
  const s4 = createBackendRecord(onPremise)
  const keys = application && delegationBinding(application, landscape, service.issuer)
  keepSources({ s4 }, recorderSources(traffic, onPremise))
  const vcapServices = () => ({
    ...bindings.vcapServices(),
    ...(identity && { identity: [identity.binding()] }),
    ...(keys && { 'user-provided': [keys] }),
    ...(credentials && { credstore: [credentials.binding()] })
  })
  return {
    ...controls(parts, service, traffic, identity),
    ...certificateControls(certificates.bindings, vcapServices, closers),
    url: service.issuer.url,
    ca: certificates.landscapeCa,
    cloudConnectorCa: certificates.cloudConnector.cert,
    vcapServices,
    applicationBinding: (name, kind = 'xsuaa') =>
      kind === 'xsuaa' ? bindings.application(name) : identityOf(identity).bindingOf(name),
    mockedServices: mockedServices(parts.options),
    users: summarizeUsers(landscape),
    startRouter: async () => {
      const router = await startApplicationRouter(withClientCertificates(certificates))
      closers.push(router.stop)
      return router
    },
    requests: (endpoint) => traffic.requests(endpoint),
    connections: {
      get connectivity() {
        return connectivity.accepted
      }
    },
    jobScheduler: scheduler ?? withoutScheduler,
    credentialStore: credentials?.store ?? withoutStore,
    s4,
    system: (virtualHost, tenant) => findProcess(onPremise, virtualHost, tenant),
    stop: () => (stopped ??= closeAll(closers))
  }
}

function recorderSources(traffic: Traffic, onPremise: OnPremise): RecorderSources {
  const processes = allProcesses(onPremise)
  return {
    observe: (listener) => traffic.observe(listener),
    entries: async () =>
      (await Promise.all(processes.map((process) => process.record()))).flatMap(
        ({ entries }) => entries
      )
  }
}

/** The functions with which a test steers the landscape. */
function controls(
  { landscape, keys, onPremise }: Parts,
  service: TokenService,
  traffic: Traffic,
  identity: Identity | undefined
): Pick<Emulator, 'issueToken' | 'enqueue' | 'takeRequest' | 'rotateKeys' | 'advanceTime'> {
  return {
    issueToken: async (request = {}) =>
      request.issuer === 'ias'
        ? issueIdentityToken(identityOf(identity).service, request)
        : issueToken(service, request),
    enqueue: (endpoint, answer) => traffic.enqueue(endpoint, answer),
    takeRequest: (endpoint, { timeout = TAKE_TIMEOUT_MS } = {}) => traffic.take(endpoint, timeout),
    rotateKeys: async ({ keepFormer = true } = {}) => {
      await Promise.all([keys.rotate(keepFormer), identity?.keys.rotate(keepFormer)])
    },
    advanceTime: (seconds) => {
      landscape.clock.advance(seconds)
      for (const process of allProcesses(onPremise)) process.setClock(landscape.clock.offset)
    }
  }
}

async function openServices(parts: Parts, traffic: Traffic) {
  const { landscape, destinations, certificates, keys, closers, saml } = parts
  // nobody knows a port before its handler is in place
  const api = {
    xsuaa: createServer(withClientCertificates(certificates)),
    // tokens of Identity Authentication need mutual TLS
    destination: createServer(withClientCertificates(certificates))
  }
  const xsuaa = await open(api.xsuaa, closers)
  const destination = await open(api.destination, closers)
  const issuer = createTokenIssuer(landscape, keys, xsuaa.port)
  const identity = await openIdentity(parts, traffic, issuer)
  const { clock } = landscape
  const stores = {
    refreshTokens: new RefreshTokens(clock),
    shadowUsers: new ShadowUsers(),
    codes: new AuthorizationCodes(clock)
  }
  const service: TokenService = { landscape, issuer, saml, identity: identity?.service, ...stores }
  const atXsuaa = { traffic, service: 'xsuaa' as const, endpointOf: xsuaaEndpoint }
  serveApi(api.xsuaa, atXsuaa, createXsuaaHandler(service))
  const tokens = { ...service, ca: certificates.landscapeCa }
  const ofDestinations = 'destination' as const
  const atDestination = { traffic, service: ofDestinations, endpointOf: () => ofDestinations }
  serveApi(api.destination, atDestination, createDestinationHandler(tokens, destinations))
  const gate = createGate(parts, service)
  const proxy = createConnectivityProxy(gate, certificates, traffic)
  const connectivity = await open(proxy, closers)
  const socks = await open(createSocksProxy(gate), closers)
  const atScheduler = { traffic, service: 'jobscheduler' as const }
  const jobs = await startJobScheduler(landscape, issuer, certificates, atScheduler)
  if (jobs) closers.push(jobs.listener.close)
  const atStore = { traffic, service: 'credstore' as const }
  const { options, application } = parts
  const credentials = await startCredentialStore(options, application, clock, certificates, atStore)
  if (credentials) closers.push(credentials.listener.close)
  const ports = {
    xsuaa: xsuaa.port,
    destination: destination.port,
    connectivity: connectivity.port,
    socks: socks.port,
    jobScheduler: jobs?.listener.port
  }
  const bindings = createBindings(landscape, issuer, ports)
  return { service, identity, connectivity, bindings, credentials, scheduler: jobs?.scheduler }
}

async function openIdentity(
  { identityTenant, landscape, certificates, saml, closers }: Parts,
  traffic: Traffic,
  issuer: TokenIssuer
): Promise<Identity | undefined> {
  if (!identityTenant) return undefined
  const neighbours = { landscape, certificates, saml: saml.identity, xsuaa: issuer }
  const observation = { traffic, service: 'identity' as const }
  const identity = await startIdentity(identityTenant, neighbours, observation)
  closers.push(identity.listener.close)
  return identity
}

function identityOf(identity: Identity | undefined): Identity {
  if (identity) return identity
  throw absent('Identity Authentication', 'identity')
}

async function open(
  server: Parameters<typeof listen>[0],
  closers: Parts['closers']
): Promise<Listener> {
  const listener = await listen(server)
  closers.push(listener.close)
  return listener
}

/** Closes all of them, the last one first. */
export async function closeAll(closers: Parts['closers']): Promise<void> {
  await Promise.all(closers.reverse().map((close) => close()))
}

function mockedServices({ onPremise = {}, cloudConnectors = {} }: EmulatorOptions): string[] {
  const systems = [onPremise, ...Object.values(cloudConnectors)].flatMap((each) =>
    Object.values(each)
  )
  const mocks = systems.flatMap((system) => system.mocks ?? [])
  return mocks.map(({ service }) => service)
}

function summarizeUsers(landscape: Landscape): UserSummary[] {
  return allUsers(landscape).map(({ name, tenant, roles, attributes, policies }) => ({
    name,
    roles,
    attr: attributes,
    ...(policies.length && { policies: [...policies] }),
    ...(tenant !== landscape.tenant && { tenant })
  }))
}
