/** One user, as CAP's mocked users have it; a plain string is the password. */
export interface MockUser {
  /** The password. Without one, any password is accepted, also an empty one, as CAP's mocked users do. */
  password?: string
  /**
   * Role templates or role collections of xs-security.json; an array, or an object with truthy values.
   * Those of another application are written `<application>.<role>`.
   */
  roles?: readonly string[] | Readonly<Record<string, unknown>>
  /**
   * Attributes. They reach the token only through a role template that references them: one of the user, or one without scopes.
   * `email`, `givenName`, `familyName` replace the derived personal data.
   */
  attr?: Readonly<Record<string, unknown>>
  /** Tenant (zone) id, default: the provider tenant. */
  tenant?: string
  /** The user's id, if it is not the key of the entry; the user logs on with either. */
  id?: string
  /** Feature toggles, as CAP's mocked users have them: they are the application's business, no token has them. */
  features?: unknown
  /** Authorization policies (AMS) of the user in Identity Authentication, as CAP's mocked users have them. */
  policies?: readonly string[]
  /** Leaves out roles that xs-security.json does not have, as for CAP's default users; otherwise they are an error. */
  optionalRoles?: boolean
}

/** An imported service that is mocked by CAP. */
export interface MockedService {
  /** Name in the model. */
  service: string
  /** Path of the service in the real system, from `credentials.path`; default: none. */
  path?: string
}

/** An EDMX file, and where the system serves it. */
export interface EdmxService {
  /** Path of the file, relative to `root`. */
  file: string
  /** Path of the service; default: `/sap/opu/odata/sap/<file name>`, for OData V4 `/sap/opu/odata4/sap/<file name>`. */
  path?: string
}

/** A system behind the emulated Cloud Connector: a `backend`, `mocks`, or `edmx` files. */
export interface OnPremiseSystem {
  /**
   * https URL of a running system, `tcp://<host>:<port>` of one behind the SOCKS5 proxy, or a Node module (.js or .ts, relative
   * to `root`) to start as a process.
   */
  backend?: string
  /** Services that `cds mock` serves, in a process of its own. */
  mocks?: readonly MockedService[]
  /**
   * OData V2 or V4 services of a mocked S/4HANA: EDMX files, relative to `root`. Without any, the system has no service and
   * logs on users all the same.
   */
  edmx?: readonly (string | EdmxService)[]
  /** Folder with data of these services (CSV files, as CAP has them), relative to `root`; default: the data are generated. */
  data?: string
  /** Authority of the users of these services: lines of rules, or a file of them relative to `root`; default: everything. */
  rules?: string | readonly string[]
  /** Exposed paths, case-sensitive; default: everything. */
  resources?: readonly ExposedResource[]
  /** True if the system certificate of the Cloud Connector may log on where there is no user; default: `false`. */
  systemCertificateForLogon?: boolean
  /** Additional environment of the started process. */
  env?: Readonly<Record<string, string>>
}

/** A path that the Cloud Connector exposes: "path only", or "path and all sub-paths". */
export interface ExposedResource {
  /** Starts with `/`; a slash at its end makes no difference. */
  path: string
  /** Default: `false`, this very path only. */
  subpaths?: boolean
}

/** Properties of destinations, by name. */
export type Destinations = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>
