export type { MessageFromBackend, MessageToBackend } from './backend/messages.js'
export type {
  CredentialStore,
  CredentialStoreOptions,
  StoreAuthentication,
  StoredCredential,
  StorePermission
} from './credential-store/types.js'
export { EmulatorError, type EmulatorErrorCode } from './emulator-error.js'
export type {
  AccessTokenFormat,
  CorporateIdentityProviderOptions,
  IdentityApplicationOptions,
  IdentityAuthorizationOptions,
  IdentityClientOptions,
  IdentityCredentialType,
  IdentityDependency,
  IdentityOptions,
  RefreshUsageAfterRenewal,
  SamlApplicationOptions,
  SubjectNameIdentifier
} from './ias/identity-options.js'
export type {
  JobAnswer,
  JobRequest,
  JobScheduler,
  JobSchedulerOptions,
  JobStatus
} from './job-scheduler/types.js'
export type { ApplicationOptions, TenantOptions } from './landscape/landscape-options.js'
export type { LandscapeFile } from './project/landscape-file.js'
export type { ApplicationRouter } from './router/application-router.js'
export { startEmulator } from './start-emulator.js'
export type { TrustOptions } from './saml/trust.js'
export type {
  BackendRecord,
  EmulatedEndpoint,
  Emulator,
  IssueTokenOptions,
  RotateCertificatesOptions,
  RotateKeysOptions
} from './emulator.js'
export type { EndpointName, RecordedRequest, ScriptedAnswer, TakeOptions } from './traffic/types.js'
export type {
  AuditEntry,
  ChangeEntry,
  CredentialType,
  Destinations,
  EmulatedRequest,
  EmulatorOptions,
  ExposedResource,
  MockedService,
  MockUser,
  OnPremiseSystem,
  ServiceBinding,
  UserSummary,
  VcapServices
} from './types.js'
export type { DelegationTrustOptions } from './delegation/delegation-options.js'
export type { EdmxService } from './option-types.js'
