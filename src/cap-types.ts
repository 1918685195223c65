import type { IncomingMessage, ServerResponse } from 'node:http'

import type cds from '@sap/cds'

import type { AuthOptions, RequiredBindings } from './options.js'
import type { Model } from './restrictions/model/definition.js'
import type { CalledService, StockRemoteService } from './cap-remote-types.js'
import type { BuildTaskRegistry, CommandLine, FacetRegistry } from './cap-dk-types.js'

/** A required service, as far as this package reads or completes it. */
export interface RequiredService {
  kind?: string
  impl?: string
  service?: string
  csrf?: unknown
  csrfInBatch?: unknown
  vcap?: { label?: string }
  credentials?: object
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** `cds.requires` by the names of services. */
export type Requires = Record<string, RequiredService | undefined> &
  Mutable<RequiredBindings> & {
    multitenancy?: object
    auth?: AuthOptions & { impl?: unknown }
    kinds?: Record<string, Pick<AuthOptions, 'users' | 'tenants'> | undefined>
  }

/** Definition of a service, entity or operation in the linked model, as far as its roles are concerned. */
export interface RoleDefinition extends Readonly<Record<'@requires' | '@restrict', unknown>> {
  readonly name: string
  readonly '@title'?: unknown
}

/** A service that is served. */
export interface ServedService {
  readonly name: string
  /** Path of the first endpoint. */
  readonly path?: string
  /** All endpoints: a service can be served with several protocols. */
  readonly endpoints?: readonly { readonly kind: string; readonly path: string }[]
  readonly definition?: RoleDefinition
  readonly entities?: Iterable<RoleDefinition>
  readonly operations?: Iterable<RoleDefinition>
}

/** A middleware of express. */
export type ExpressMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void
) => void

/** A route of express. */
type RouteHandler = (req: IncomingMessage, res: ServerResponse) => void

/** An error middleware of express. */
export type ErrorMiddleware = (
  error: unknown,
  req: IncomingMessage,
  res: ServerResponse,
  next: (error: unknown) => void
) => void

/** Members of CAP's facade that its types leave out, or describe for less than they are used for here. */
export interface Cap {
  /** Folder of the `@sap/cds` that runs. */
  readonly home: string
  /** The command that runs, as `@sap/cds-dk` or `cds-serve` has parsed it. */
  readonly cli?: CommandLine
  /** True in a server that `cds watch` restarts. */
  readonly watched?: boolean
  /** The express application of a server, with its HTTP server once it listens. */
  readonly app?: {
    readonly server?: unknown
    get?(path: string, handler: RouteHandler): unknown
    use(path: string, handler: RouteHandler): void
  }
  /** Handles the signals that end a server; in other processes it ends the process. */
  readonly shutdown?: (...parameters: unknown[]) => unknown
  /** The primary database service. */
  readonly db?: { readonly kind?: string; disconnect?(): Promise<void> }
  readonly context?: Omit<cds.EventContext, 'http' | 'context'> & {
    /** Context of the root transaction, with the transactions of services. @see `@sap/cds/lib/srv/srv-tx.js` */
    readonly context?: {
      readonly tenant?: string
      readonly transactions?: ReadonlyMap<unknown, { readonly ready?: unknown }>
    }
    readonly tx?: unknown
    readonly http?: {
      readonly req: IncomingMessage & { readonly ip?: string }
      readonly res?: ServerResponse
    }
  }
  readonly env: {
    readonly appid?: string | null
    readonly requires: Requires
    readonly profiles: readonly string[]
    readonly server: { body_parser?: object }
    readonly log: { mask_headers?: string[] }
    readonly remote?: { readonly native_fetch?: boolean }
    /** Says which methods create a record that is not there. */
    readonly runtime?: { readonly put_as_upsert?: boolean; readonly patch_as_upsert?: boolean }
  }
  readonly middlewares: { context(): ExpressMiddleware; readonly after: ErrorMiddleware[] }
  readonly service: { readonly providers: readonly ServedService[] }
  readonly services: Readonly<Record<string, unknown>>
  /** The model of the server. */
  readonly model?: { readonly definitions: Readonly<Record<string, object | undefined>> }
  readonly User: { readonly privileged: object }
  readonly compile: {
    readonly for: { nodejs: (csn: object, options?: object) => Model }
    /** Part of `@sap/cds-dk`. */
    readonly to: { xsuaa: (model: object, options: { base?: string }) => object }
  }
  readonly ql: { clone<T extends object>(query: T, clauses: object): T }
  /** CAP calls the static methods with this prefix when it initializes a service. */
  readonly ApplicationService: Record<`handle_${string}`, unknown>
  readonly Service: new (...parameters: never[]) => CalledService
  readonly RemoteService: new (...parameters: never[]) => StockRemoteService
  readonly EventContext: new (properties: {
    [K in 'tenant' | 'user' | 'id']: cds.EventContext[K] | undefined
  }) => cds.EventContext
  readonly connect: { to(name: 'audit-log'): Promise<AuditLog> }
  /** Registries of `@sap/cds-dk` in the processes of its commands. */
  readonly add?: FacetRegistry
  readonly build?: BuildTaskRegistry
  /** `_debug` is true if the level of the log is at least `debug`. */
  log(id: string): ReturnType<typeof cds.log> & { readonly _debug?: boolean }
  spawn: (
    this: unknown,
    options: { user: unknown; tenant: unknown },
    work: () => Promise<unknown>
  ) => { on(event: 'failed', listener: (error: unknown) => void): void }
  run(query: object): Promise<unknown>
  tx<T>(context: object, work: () => Promise<T>): Promise<T>
  on(event: string, listener: (...parameters: never[]) => void): void
  once(event: string, listener: (...parameters: never[]) => void): void
  off(event: string, listener: (...parameters: never[]) => void): void
  listenerCount(event: string): number
  rawListeners(event: string): ((...parameters: unknown[]) => unknown)[]
}

/** The service of `@cap-js/audit-logging`. */
interface AuditLog {
  log(event: 'SecurityEvent', entry: object): Promise<unknown>
}
