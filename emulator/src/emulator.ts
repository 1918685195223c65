import type { ApplicationRouter } from './router/application-router.js'
import type { CredentialStore } from './credential-store/types.js'
import type { JobScheduler } from './job-scheduler/types.js'
import type { EndpointName, RecordedRequest, ScriptedAnswer, TakeOptions } from './traffic/types.js'
import type {
  AuditEntry,
  ChangeEntry,
  EmulatedRequest,
  ServiceBinding,
  UserSummary,
  VcapServices
} from './types.js'

/** The options of {@link Emulator.issueToken}. */
export interface IssueTokenOptions {
  /** Default: `xsuaa`; `ias` is Identity Authentication. */
  issuer?: 'xsuaa' | 'ias'
  /** Name of a user; without one the token is a technical one. */
  user?: string
  /**
   * Client id, or `xsuaa` (default), `destination`, `connectivity`, or the name of another application. With
   * `ias`: the name or client id of another application, whose token is for this one; default: its own.
   */
  client?: string
  /** XSUAA: value of `grant_type`. Default: `password` with a user, else `client_credentials`. */
  grant?:
    | 'password'
    | 'client_credentials'
    | 'authorization_code'
    | 'urn:ietf:params:oauth:grant-type:jwt-bearer'
    | 'urn:ietf:params:oauth:grant-type:saml2-bearer'
  /** XSUAA: `xs.user.attributes`, in place of those of the user. Refused with `ias`, where attributes are `claims`. */
  attributes?: Readonly<Record<string, string | readonly string[]>>
  /** XSUAA: scopes in place of the granted ones; one without a dot is the application's own: `Technician`. Refused with `ias`. */
  scopes?: readonly string[]
  /** Id of a tenant that the landscape has; default: the user's, or the provider's. */
  tenant?: string
  /** Claims that replace or add to the regular ones; `undefined` removes a claim. */
  claims?: object
  /** Seconds, may be negative for an expired token; default: the client's token validity. */
  expiresIn?: number
}

/** Services with a record of requests. */
export type EmulatedEndpoint =
  'xsuaa' | 'destination' | 'connectivity' | 'identity' | 'jobscheduler' | 'credstore'

/** The options of {@link Emulator.rotateKeys}: the fate of the key that has signed so far. */
export interface RotateKeysOptions {
  /** `false`: it disappears at once, and its tokens are worth nothing. Default: `true`, it stays published. */
  keepFormer?: boolean
}

/** The options of {@link Emulator.rotateCertificates}. */
export interface RotateCertificatesOptions {
  /** `false`: clients can not log on with the former certificates any more. Default: `true`, they can until these end. */
  keepFormer?: boolean
}

/** The records of the backends. */
export interface BackendRecord {
  /** The backends' own users that have sent requests, each once, in the order of their first request. */
  seenUsers(): Promise<string[]>
  /** The records that were created, changed or deleted, with their users, in the order of time. */
  changes(): Promise<ChangeEntry[]>
}

/** A running emulator. */
export interface Emulator {
  /** XSUAA, `https://localhost:<port>`. */
  readonly url: string
  /** Certificate authority (PEM) that the application must trust. */
  readonly ca: string
  /** Certificate authority (PEM) of the Cloud Connector, which issues the users' certificates. */
  readonly cloudConnectorCa: string
  /**
   * The address of the Zero Trust Identity service's agent, for `SPIFFE_ENDPOINT_SOCKET`: there is one with a binding of type
   * `x509_attested`.
   */
  readonly workloadApi?: string
  /** Bindings for the application, exactly as on BTP. */
  vcapServices(): VcapServices
  /**
   * Binding of another application of the options `applications` or `identity.applications`, to act as it.
   *
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for one that there is not
   */
  applicationBinding(name: string, service?: 'xsuaa' | 'identity'): ServiceBinding
  /** Starts a router like the platform's in front of an application: TLS, and on its route `.cert.` mutual TLS. */
  startRouter(): Promise<ApplicationRouter>
  /** Imported services behind which there is a mock. */
  readonly mockedServices: readonly string[]
  /** Users with their roles and attributes, for a banner. */
  readonly users: UserSummary[]
  /** A token straight from the token issuer, without a request; without options the application's own. */
  issueToken(options?: IssueTokenOptions): Promise<string>
  /** The next request to an endpoint gets this answer; several are given one after the other. */
  enqueue(endpoint: EndpointName, answer: ScriptedAnswer): void
  /**
   * The next request to an endpoint that was not taken yet, once it is answered. Requests of one endpoint are taken in
   * the order of their answers, each once; the last 1000 of those that nobody takes are kept.
   *
   * @throws EmulatorError `ERR_EMULATOR_NO_REQUEST` when there is none in time
   */
  takeRequest(endpoint: EndpointName, options?: TakeOptions): Promise<RecordedRequest>
  /** The last 1000 requests to a service. */
  requests(endpoint: EmulatedEndpoint): EmulatedRequest[]
  /** Replaces the keys that sign tokens; clients get to know the new ones from `/token_keys` and `/oauth2/certs`. */
  rotateKeys(options?: RotateKeysOptions): Promise<void>
  /** Replaces the client certificates in bindings of type `x509`; {@link Emulator.mountBindings} has the new ones at once. */
  rotateCertificates(options?: RotateCertificatesOptions): Promise<void>
  /**
   * Writes the bindings to a folder, as Kubernetes mounts secrets, and replaces them whenever certificates rotate. What was written
   * is removed when the emulator stops.
   *
   * @param folder - value of `SERVICE_BINDING_ROOT`; it is made if it is not there
   */
  mountBindings(folder: string): void
  /** Calls a function each time when client certificates in bindings were replaced. */
  onCertificatesRotated(listener: () => void): void
  /**
   * Moves the landscape's clock, by which tokens, refresh tokens and user certificates are issued and judged, also in
   * the backends that it has started. The application's own clock is the machine's: it keeps what it has, also tokens
   * that have expired here.
   *
   * @param seconds - negative to go back: then new tokens have expired for the application
   */
  advanceTime(seconds: number): void
  /** TCP connections accepted since start. */
  readonly connections: { readonly connectivity: number }
  /** The Job Scheduling service, which calls the application when it is told to; needs the option `jobScheduler`. */
  readonly jobScheduler: JobScheduler
  /** The content of the SAP Credential Store; needs the option `credentialStore`. */
  readonly credentialStore: CredentialStore
  /** The requests and changes that the backends of this emulator have recorded. */
  readonly s4: BackendRecord
  /**
   * A system that the emulator started as a process.
   *
   * @param tenant - subscriber with systems of its own; default: the provider
   */
  system(virtualHost: string, tenant?: string): { audit(): Promise<AuditEntry[]> }
  /** Closes everything, also kept-alive connections and child processes; can be called again. */
  stop(): Promise<void>
}
