export { EmulatorError, type EmulatorErrorCode } from './emulator-error.js'
export { startEmulator } from './start-emulator.js'
export type { TrustOptions } from './saml/trust.js'
export type {
  AuditEntry,
  EmulatedEndpoint,
  EmulatedRequest,
  Emulator,
  EmulatorOptions,
  ExposedResource,
  IssueTokenOptions,
  MockUser,
  OnPremiseSystem,
  ServiceBinding,
  UserSummary,
  VcapServices
} from './types.js'
