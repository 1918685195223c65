import type { CredentialStoreOptions } from '../credential-store/types.js'
import type { DelegationTrustOptions } from '../delegation/delegation-options.js'
import { EmulatorError } from '../emulator-error.js'
import type {
  CorporateIdentityProviderOptions,
  IdentityApplicationOptions,
  IdentityAuthorizationOptions,
  IdentityClientOptions,
  IdentityDependency,
  IdentityOptions,
  SamlApplicationOptions
} from '../ias/identity-options.js'
import type { ApplicationOptions, TenantOptions } from '../landscape/landscape-options.js'
import type { TrustOptions } from '../saml/trust.js'
import type {
  EdmxService,
  EmulatorOptions,
  ExposedResource,
  MockedService,
  MockUser,
  OnPremiseSystem
} from '../types.js'
import { closest } from '../xs-security/closest.js'

/** All options there are: the compiler sees to it that none is missing. */
type Names<T> = Readonly<Record<keyof T, true>>

const TENANT: Names<TenantOptions> = {
  subdomain: true,
  users: true,
  destinations: true,
  fragments: true,
  trust: true,
  onPremise: true,
  cloudConnectors: true
}
const DELEGATION: Names<DelegationTrustOptions> = {
  issuer: true,
  assertionIssuer: true,
  origin: true
}
const CREDENTIAL_STORE: Names<CredentialStoreOptions> = {
  authentication: true,
  permissions: true,
  namespace: true,
  name: true
}
const APPLICATION: Names<ApplicationOptions> = { xsSecurity: true, instance: true }
const SYSTEM: Names<OnPremiseSystem> = {
  backend: true,
  mocks: true,
  edmx: true,
  data: true,
  rules: true,
  resources: true,
  systemCertificateForLogon: true,
  env: true
}
const MOCK: Names<MockedService> = { service: true, path: true }
const EDMX: Names<EdmxService> = { file: true, path: true }
const RESOURCE: Names<ExposedResource> = { path: true, subpaths: true }
const TRUST: Names<TrustOptions> = {
  entityId: true,
  certificate: true,
  destinationTrust: true,
  identityTrust: true,
  createShadowUsers: true,
  users: true,
  roleCollections: true
}
const TRUSTED_USER: Names<Pick<MockUser, 'roles' | 'attr'>> = { roles: true, attr: true }
const IDENTITY_CLIENT: Names<IdentityClientOptions> = {
  grantTypes: true,
  publicClient: true,
  redirectUris: true,
  postLogoutRedirectUris: true
}
const IDENTITY: Names<IdentityOptions> = {
  ...IDENTITY_CLIENT,
  credentialType: true,
  subjectNameIdentifier: true,
  tokenValidity: true,
  refreshValidity: true,
  refreshUsageAfterRenewal: true,
  xsuaaCrossConsumption: true,
  providedApis: true,
  consumedServices: true,
  accessTokenFormat: true,
  corporateIdentityProviders: true,
  authorization: true,
  applications: true,
  dependencies: true
}
const AUTHORIZATION: Names<IdentityAuthorizationOptions> = { enabled: true, dcn: true }
const IDENTITY_APPLICATION: Names<IdentityApplicationOptions> = {
  ...IDENTITY_CLIENT,
  providedApis: true,
  consumes: true,
  saml: true
}
const SAML_APPLICATION: Names<SamlApplicationOptions> = {
  entityId: true,
  recipient: true,
  subjectNameIdentifier: true
}
const DEPENDENCY: Names<IdentityDependency> = { application: true, api: true }
const CORPORATE_PROVIDER: Names<CorporateIdentityProviderOptions> = {
  issuer: true,
  clientId: true,
  jwks: true,
  jwksUri: true,
  subjectNameIdentifier: true
}
const OPTIONS: Names<EmulatorOptions> = {
  root: true,
  users: true,
  destinations: true,
  fragments: true,
  tenants: true,
  applications: true,
  identity: true,
  jobScheduler: true,
  credentialStore: true,
  onPremise: true,
  subjectPattern: true,
  certificateValidityInMin: true,
  expirationToleranceInHr: true,
  xsSecurity: true,
  trust: true,
  delegation: true,
  locationId: true,
  cloudConnectors: true,
  credentialTypes: true,
  bindingCertificateValidityInSec: true,
  bind: true,
  mocks: true,
  file: true
}

/** Names of the options by the object that has them. */
export const EMULATOR_OPTIONS = {
  emulator: Object.keys(OPTIONS),
  tenant: Object.keys(TENANT),
  application: Object.keys(APPLICATION),
  system: Object.keys(SYSTEM),
  trust: Object.keys(TRUST),
  identity: Object.keys(IDENTITY)
} as const

/**
 * Refuses options that there are not: a misspelled one would be without effect.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkOptions(options: unknown): asserts options is EmulatorOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid('startEmulator needs options, such as { root }: the folder of the project')
  }
  checkNames('', options, OPTIONS)
  const { tenants, applications, jobScheduler, credentialStore, trust, identity, delegation } =
    options as EmulatorOptions
  checkConnectors('', options)
  for (const [path, tenant] of entriesOf('tenants', tenants)) {
    checkNames(path, tenant, TENANT)
    checkConnectors(`${path}.`, tenant)
    checkTrust(`${path}.trust`, (tenant as TenantOptions).trust)
  }
  for (const [path, application] of entriesOf('applications', applications)) {
    checkNames(path, application, APPLICATION)
  }
  checkNames('jobScheduler', jobScheduler, { instance: true })
  checkNames('credentialStore', credentialStore, CREDENTIAL_STORE)
  checkTrust('trust', trust)
  checkNames('delegation', delegation, DELEGATION)
  checkIdentity(identity)
}

function checkTrust(place: string, trust: EmulatorOptions['trust']): void {
  for (const [path, provider] of entriesOf(place, trust)) {
    checkNames(path, provider, TRUST)
    for (const [name, user] of entriesOf(`${path}.users`, (provider as TrustOptions).users)) {
      checkNames(name, user, TRUSTED_USER)
    }
  }
}

function checkIdentity(identity: EmulatorOptions['identity']): void {
  if (typeof identity !== 'object') return
  checkNames('identity', identity, IDENTITY)
  const { authorization, applications, dependencies, corporateIdentityProviders } = identity
  checkNames('identity.authorization', authorization, AUTHORIZATION)
  for (const [path, application] of entriesOf('identity.applications', applications)) {
    checkNames(path, application, IDENTITY_APPLICATION)
    checkNames(`${path}.saml`, (application as IdentityApplicationOptions).saml, SAML_APPLICATION)
  }
  for (const [path, dependency] of entriesOf('identity.dependencies', dependencies)) {
    checkNames(path, dependency, DEPENDENCY)
  }
  const providers = 'identity.corporateIdentityProviders'
  for (const [path, provider] of entriesOf(providers, corporateIdentityProviders)) {
    checkNames(path, provider, CORPORATE_PROVIDER)
  }
}

function checkConnectors(
  path: string,
  { onPremise, cloudConnectors }: Pick<EmulatorOptions, 'onPremise' | 'cloudConnectors'>
): void {
  checkSystems(`${path}onPremise`, onPremise)
  for (const [place, systems] of entriesOf(`${path}cloudConnectors`, cloudConnectors)) {
    checkSystems(place, systems as EmulatorOptions['onPremise'])
  }
}

function checkSystems(path: string, systems: EmulatorOptions['onPremise']): void {
  for (const [place, system] of entriesOf(path, systems)) {
    checkNames(place, system, SYSTEM)
    const { mocks, edmx, resources } = system as OnPremiseSystem
    for (const mock of asList(mocks)) checkNames(`${place}.mocks`, mock, MOCK)
    for (const service of asList(edmx)) checkNames(`${place}.edmx`, service, EDMX)
    for (const resource of asList(resources)) checkNames(`${place}.resources`, resource, RESOURCE)
  }
}

function checkNames(path: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null) return
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  const guess = closest(unknown, Object.keys(known))
  const hint = guess ? `did you mean "${guess}"?` : `there are ${Object.keys(known).join(', ')}`
  const place = path ? ` in ${path}` : ''
  throw invalid(`there is no option "${unknown}" of the emulator${place}: ${hint}`)
}

/** Objects below an option, by their path. */
function entriesOf(path: string, options: object | undefined): [string, object][] {
  return Object.entries(options ?? {}).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? [[`${path}["${name}"]`, value]] : []
  )
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

const invalid = (message: string) => new EmulatorError('ERR_EMULATOR_OPTIONS', message)
