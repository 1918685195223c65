import type { CredentialStoreOptions } from './credential-store/types.js'
import type { DelegationTrustOptions } from './delegation/delegation-options.js'
import type { TrustOptions } from './saml/trust.js'
import type { IdentityOptions } from './ias/identity-options.js'
import type { JobSchedulerOptions } from './job-scheduler/types.js'
import type { ApplicationOptions, TenantOptions } from './landscape/landscape-options.js'
import type { MockUser, OnPremiseSystem, Destinations } from './option-types.js'

export type {
  MockUser,
  MockedService,
  EdmxService,
  OnPremiseSystem,
  ExposedResource,
  Destinations
} from './option-types.js'

/** A value of `credential-type` in a binding. */
export type CredentialType = 'binding-secret' | 'x509' | 'x509_attested'

/** The options of {@link startEmulator}. */
export interface EmulatorOptions {
  /**
   * Folder of the project, default: the current one. `xs-security.json` is read there, and relative paths resolve against it.
   */
  root?: string
  /**
   * A landscape file, such as `landscape.json`, relative to `root`. Options that are given here replace those of the same name in
   * the file. The folder of the file takes the place of `root`.
   */
  file?: string
  /**
   * CAP's mocked users; `false` takes one away, and with `"*": true` everybody else logs on as well, without roles. Those with
   * the role `internal-user` or `system-user` get technical tokens. Without `users` and `file` everything that is not given
   * here comes from the CAP project: users, destinations and systems as `cds watch` has them.
   */
  users?: Readonly<Record<string, MockUser | string | boolean>>
  /** Destinations with BTP property names (`URL`, `Authentication`, …); `Name` and `Type` are added. */
  destinations?: Destinations
  /** Destination fragments by name, with the properties that they add or replace. */
  fragments?: Destinations
  /** Subscribers, by tenant id; tenants that only users name have the same destinations as the provider. */
  tenants?: Readonly<Record<string, TenantOptions>>
  /** Other applications of the subaccount, which grant scopes to this one, or get them, by name. */
  applications?: Readonly<Record<string, ApplicationOptions>>
  /** Identity Authentication (IAS), whose tenant the subaccount trusts; default: none, with a CAP project one if it takes its tokens. */
  identity?: boolean | IdentityOptions
  /** The Job Scheduling service, bound to the application; default: none. */
  jobScheduler?: boolean | JobSchedulerOptions
  /**
   * The SAP Credential Store, bound to the application. With `delegation`, it has the application's keys. Default: none; with a CAP
   * project one if the entry with the keys is of kind or label `credstore`, or has `credentialStore`, which names their place.
   */
  credentialStore?: boolean | CredentialStoreOptions
  /** Systems behind the Cloud Connector by virtual `host:port`. */
  onPremise?: Readonly<Record<string, OnPremiseSystem>>
  /** Subject of the user certificates, default `CN=${name}`. */
  subjectPattern?: string
  /** Minutes from 1 to 43200 that a user certificate of the Cloud Connector is valid; default: 60. */
  certificateValidityInMin?: number
  /** Hours from 0 to 336 that the Cloud Connector accepts the token of a user after its expiry; default: 0. */
  expirationToleranceInHr?: number
  /** Security descriptor, or the path of its file relative to `root`; default: `<root>/xs-security.json` if there is one. */
  xsSecurity?: object | string
  /** Trust configurations of the subaccount by origin key: whose SAML assertions XSUAA accepts. */
  trust?: Readonly<Record<string, TrustOptions>>
  /**
   * The application as an identity provider that the landscape trusts, so that its queued work keeps the author: with it, there is a
   * binding `user-provided` with its keys. Default: none; with a CAP project `true` if a required service has `delegation`.
   */
  delegation?: boolean | DelegationTrustOptions
  /** Location id of the Cloud Connector whose systems are `onPremise`, default: none. */
  locationId?: string
  /** Systems behind further Cloud Connectors, by location id and virtual `host:port`. */
  cloudConnectors?: Readonly<Record<string, Readonly<Record<string, OnPremiseSystem>>>>
  /**
   * The type of the application's bindings, by service. Default: `binding-secret`, for `xsuaa` the first of
   * `credential-types` in xs-security.json. With `x509_attested` the certificate comes from {@link Emulator.workloadApi}.
   */
  credentialTypes?: Readonly<
    Partial<Record<'xsuaa' | 'destination' | 'connectivity', CredentialType>>
  >
  /**
   * Seconds from 5 to 2592000 that a client certificate in a binding is valid. Half of it later the next one is in the binding; the
   * former one is accepted until it ends. Default: as long as the landscape runs. {@link Emulator.mountBindings} has the current ones.
   */
  bindingCertificateValidityInSec?: number
  /**
   * Makes this process an application of the landscape, for tests that run a CAP server in their own process: it has
   * the bindings in `VCAP_SERVICES` and trusts the landscape's certificates until the emulator stops. One at a time.
   */
  bind?: boolean
  /**
   * The process that runs the mocks behind the Cloud Connector: `started` (default), the emulator itself; `registered`, whoever has
   * called `cds mock`, found in CAP's registry of local services.
   */
  mocks?: 'started' | 'registered'
}

/** Options of a landscape once it is known where it is. */
export type LocatedOptions = EmulatorOptions & { root: string }

/** A user as a banner shows it. */
export interface UserSummary {
  name: string
  /** The configured role templates and role collections. */
  roles: string[]
  /** The configured attributes that reach the token. */
  attr: Record<string, string[]>
  /** Authorization policies (AMS). */
  policies?: string[]
  /** The tenant of a subscriber's user. */
  tenant?: string
}

/** One request to an endpoint; paths come without query, and no header value is kept. */
export interface EmulatedRequest {
  /** ISO 8601. */
  at: string
  method: string
  path: string
  /** The status of the response; 0 as long as there is none. */
  status: number
  /** XSUAA: `grant_type`, if it is a known one. */
  grant?: string
  /** XSUAA, Destination service, proxy: the authenticated client. */
  client?: string
  /** Destination service: whether the configuration was asked for only, or a token as well, and for whom. */
  retrieval?: 'none' | 'technical' | 'user'
  /** Proxy: virtual `host:port`. */
  host?: string
  /** Proxy: number of the TCP connection since start. */
  connection?: number
  /** Proxy: subject of the user certificate that was handed on, `null` without user. */
  subject?: string | null
}

/** A change in a backend's data. */
export interface ChangeEntry {
  /** ISO 8601. */
  at: string
  /** The backend's own user. */
  user: string | null
  event: 'CREATE' | 'UPDATE' | 'DELETE'
  /** Name in the backend's model. */
  entity: string
  /** Key of the record, as far as the backend knows it. */
  key: Record<string, unknown>
}

/** An entry of a backend's record of requests. */
export interface AuditEntry {
  /** ISO 8601. */
  at: string
  /** The backend's own user, `null` if the certificate maps to none. */
  user: string | null
  /** Subject of the user certificate, `null` without one. */
  subject: string | null
  method: string
  path: string
  status: number
}

/** A service binding as in `VCAP_SERVICES`. */
export interface ServiceBinding {
  /** Name of the service offering; CAP and the SAP libraries find bindings by it. */
  label: string
  name: string
  plan: string
  /** The tags as on BTP, and one that marks the emulator's bindings. */
  tags: string[]
  instance_guid: string
  instance_name: string
  binding_guid: string
  binding_name: null
  /** BTP's property names; they hold secrets. */
  credentials: Record<string, unknown>
}

/** Value for `VCAP_SERVICES`. */
export interface VcapServices {
  xsuaa: ServiceBinding[]
  destination: ServiceBinding[]
  connectivity: ServiceBinding[]
  /** The binding of Identity Authentication, with the option `identity`. */
  identity?: ServiceBinding[]
  /** The keys of the application for delegated work, with the option `delegation`. */
  'user-provided'?: ServiceBinding[]
  /** The binding of the Job Scheduling service, with the option `jobScheduler`. */
  jobscheduler?: ServiceBinding[]
  /** The binding of the SAP Credential Store, with the option `credentialStore`. */
  credstore?: ServiceBinding[]
  /** The binding of the Zero Trust Identity service, where another one is of type `x509_attested`. */
  'zero-trust-identity'?: ServiceBinding[]
}
