import type { CredentialStoreOptions } from '../credential-store/types.js'
import type { DelegationTrustOptions } from '../delegation/delegation-options.js'
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

/** All options there are: the compiler sees to it that none is missing. */
type Names<T> = Readonly<Record<keyof T, true>>

export const TENANT: Names<TenantOptions> = {
  subdomain: true,
  users: true,
  destinations: true,
  fragments: true,
  trust: true,
  onPremise: true,
  cloudConnectors: true
}
export const DELEGATION: Names<DelegationTrustOptions> = {
  issuer: true,
  assertionIssuer: true,
  origin: true
}
export const CREDENTIAL_STORE: Names<CredentialStoreOptions> = {
  authentication: true,
  permissions: true,
  namespace: true,
  name: true
}
export const APPLICATION: Names<ApplicationOptions> = { xsSecurity: true, instance: true }
export const SYSTEM: Names<OnPremiseSystem> = {
  backend: true,
  mocks: true,
  edmx: true,
  data: true,
  rules: true,
  resources: true,
  systemCertificateForLogon: true,
  env: true
}
export const MOCK: Names<MockedService> = { service: true, path: true }
export const EDMX: Names<EdmxService> = { file: true, path: true }
export const RESOURCE: Names<ExposedResource> = { path: true, subpaths: true }
export const TRUST: Names<TrustOptions> = {
  entityId: true,
  certificate: true,
  destinationTrust: true,
  identityTrust: true,
  createShadowUsers: true,
  users: true,
  roleCollections: true
}
export const TRUSTED_USER: Names<Pick<MockUser, 'roles' | 'attr'>> = { roles: true, attr: true }
const IDENTITY_CLIENT: Names<IdentityClientOptions> = {
  grantTypes: true,
  publicClient: true,
  redirectUris: true,
  postLogoutRedirectUris: true
}
export const IDENTITY: Names<IdentityOptions> = {
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
export const AUTHORIZATION: Names<IdentityAuthorizationOptions> = { enabled: true, dcn: true }
export const IDENTITY_APPLICATION: Names<IdentityApplicationOptions> = {
  ...IDENTITY_CLIENT,
  providedApis: true,
  consumes: true,
  saml: true
}
export const SAML_APPLICATION: Names<SamlApplicationOptions> = {
  entityId: true,
  recipient: true,
  subjectNameIdentifier: true
}
export const DEPENDENCY: Names<IdentityDependency> = { application: true, api: true }
export const CORPORATE_PROVIDER: Names<CorporateIdentityProviderOptions> = {
  issuer: true,
  clientId: true,
  jwks: true,
  jwksUri: true,
  subjectNameIdentifier: true
}
export const OPTIONS: Names<EmulatorOptions> = {
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

/** Options of `startEmulator` that a project has elsewhere, or has no use for. */
export const OUTSIDE_PROJECT = ['root', 'file', 'users', 'mocks', 'bind'] as const
