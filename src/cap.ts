import { resolve } from 'node:path'

import cds from '@sap/cds'

import type { Cap } from './cap-types.js'
import { ConfigurationError } from './errors.js'
import type { RemoteOptions } from './cap-remote-types.js'

/**
 * CAP's facade, with the types that this package relies on. All other modules take members that CAP's own types leave out
 * from here, so that this file shows what an update of CAP has to keep.
 *
 * @internal
 */
export const cap = cds as unknown as Cap

/**
 * Calls a function with `cds.requires` of each configuration that is read from now on.
 *
 * @see `@sap/cds/lib/env/cds-env.js`, `for`
 * @internal
 */
export function onEnvironment(
  listener: (requires: Readonly<Record<string, unknown>>) => void
): void {
  cds.on(
    'env' as never,
    (({ requires }: { requires?: Record<string, unknown> }) => {
      if (requires) listener(requires)
    }) as never
  )
}

/** Returns the context of the current request, which CAP sets before its middlewares run. @internal */
export function currentContext(): cds.EventContext {
  return cds.context as cds.EventContext
}

/** Calls a function once the current transaction is committed. @internal */
export function afterCommit(listener: () => void): void {
  ;(cds.context as unknown as cds.Request).on('succeeded', listener)
}

/** Returns the options of a required service. @internal */
export function optionsOf(service: cds.Service): RemoteOptions | undefined {
  return (service as unknown as { options?: RemoteOptions }).options
}

/** Returns the context that a request carries; that of a queued message is a plain object. @internal */
export function contextOf(req: cds.Request): { readonly tenant?: string } | undefined {
  return (req as unknown as { context?: { readonly tenant?: string } }).context
}

/** A service whose way of handling requests and messages can be replaced. */
interface Overridable {
  handle: (this: unknown, req: cds.Request) => Promise<unknown>
}

/** Returns a service as one whose `handle` can be replaced. @internal */
export function overridable(service: cds.Service): Overridable {
  return service as unknown as Overridable
}

/** A query that writes rows. */
interface WriteQuery<Row> {
  readonly INSERT?: { readonly entries?: Row[] }
  readonly UPSERT?: { readonly entries?: Row[] }
  readonly UPDATE?: { readonly data?: Row }
}

/**
 * Calls a function with each row that a database service is about to write into a table.
 *
 * @param name - of the table
 * @internal
 */
export function beforeWritesTo(
  service: cds.Service,
  name: string,
  handle: (row: Record<string, unknown>) => void
): void {
  const table = { name } as never // CAP 9 looks for a plain name below that of the service
  service.before(['INSERT', 'UPSERT', 'UPDATE'], table, ({ query }: cds.Request) => {
    const { INSERT, UPSERT, UPDATE } = query as unknown as WriteQuery<Record<string, unknown>>
    for (const row of INSERT?.entries ?? UPSERT?.entries ?? [UPDATE?.data ?? {}]) handle(row)
  })
}

/**
 * Calls a function with the rows that were read from a table to be processed: `SELECT … FOR UPDATE`.
 *
 * @param name - of the table
 * @internal
 */
export function afterSelectionFrom(
  service: cds.Service,
  name: string,
  handle: (rows: readonly Record<string, unknown>[], req: cds.Request) => Promise<void>
): void {
  const table = { name } as never
  service.after('READ', table, async (rows: unknown, req: cds.Request) => {
    const { SELECT } = req.query as unknown as { SELECT?: { forUpdate?: unknown } }
    if (SELECT?.forUpdate && Array.isArray(rows)) await handle(rows, req)
  })
}

/** True for a service of a database. Not `instanceof`: without a database there is no package that has the class. @internal */
export function isDatabase(service: object): boolean {
  return (service as { isDatabaseService?: boolean }).isDatabaseService === true
}

/** Returns the number of rows that a statement has changed: the result of CAP 9, or a list with it. @internal */
export function affectedRows(result: unknown): number {
  if (typeof result === 'number') return result
  return (result as { affected?: number } | undefined)?.affected ?? 0
}

/** Makes a folder the project of this process: a command may have read the configuration of another one. @internal */
export function useProject(folder: string, profile?: string): void {
  if (profile) process.env.CDS_ENV = profile
  cds.root = resolve(folder)
  for (const kept of ['env', 'requires']) Reflect.deleteProperty(cds, kept)
}

/** Members of CAP's facade by which a command of its own loads a project. */
interface Loader {
  readonly plugins: Promise<unknown>
  readonly load: (files: string) => Promise<object>
  readonly linked: (model: object) => unknown
  readonly compile: { readonly for: { readonly nodejs: (model: object) => object } }
  model: unknown
}

/** Loads the plugins and the model of the project in `cds.root`, and connects to its database. @internal */
export async function loadProject(): Promise<void> {
  const loader = cds as unknown as Loader
  await loader.plugins
  loader.model = loader.linked(loader.compile.for.nodejs(await loader.load('*')))
  await cds.connect.to('db')
}

/** Returns the query for all elements of the one record at a path. @internal */
export function selectOne(from: object): object {
  return SELECT.one.from(from as never).columns('*')
}

/** Returns the query for all elements of the records of an entity for which a condition is true. @internal */
export function selectWhere(entity: string, condition: readonly unknown[]): object {
  return SELECT.from(entity)
    .columns('*')
    .where(condition as never)
}

/** Kinds of values that are told apart. */
type Shape = 'array' | 'boolean' | 'function' | 'object' | 'string'

/**
 * Members of CAP that this package builds on and that CAP's guides do not promise, or promise less than is used here. What
 * CAP documents (`cds.on`, `cds.context`, handlers of services) is not listed.
 *
 * @internal
 */
export const UNDOCUMENTED_MEMBERS: Readonly<Record<string, Shape>> = {
  // replaced, so that restrictions are rewritten after every other plugin
  'compile.for.nodejs': 'function',
  // calls what is called `handle_…` for every application service
  'ApplicationService.prototype.init': 'function',
  // overridden, so that a request is prepared before CAP checks it, and a call before it is sent
  'ApplicationService.prototype.handle': 'function',
  'RemoteService.prototype.handle': 'function',
  'RemoteService.prototype.dispatch': 'function',
  // replaced, so that calls of work in the background are told apart
  spawn: 'function',
  // who is not restricted
  'User.privileged._is_privileged': 'boolean',
  'User.anonymous._is_anonymous': 'boolean',
  // paths and conditions of queries are changed in a copy
  'ql.clone': 'function',
  // answers to who may not enter a service, and what there is to try
  'middlewares.before': 'array',
  'middlewares.after': 'array',
  'service.providers': 'array',
  // the command that runs, CAP's folder, and the active profiles
  'cli.command': 'string',
  // handles SIGTERM in a server, after the requests are answered
  shutdown: 'function',
  home: 'string',
  'env.profiles': 'array'
}

/**
 * Checks that CAP is what this package was written for.
 *
 * @param facade - the `cds` object
 * @throws {@link ConfigurationError} that names each member of another shape, and CAP's version
 * @internal
 */
export function checkMembers(facade: object = cds): void {
  const changed = Object.entries(UNDOCUMENTED_MEMBERS).flatMap(([path, expected]) => {
    const found = shapeOf(valueAt(facade, path))
    return found === expected ? [] : `cds.${path}: expected ${expected}, found ${found}`
  })
  refuse(facade, changed)
}

/** Name of the static method of `cds.ApplicationService` that prepares a service, which CAP finds by its prefix. */
export const HANDLE_RESTRICTIONS = 'handle_user_conditions'

/**
 * Checks that CAP has called what prepares application services. To be called when a service is served: CAP collects the
 * names when the first service is initialized, and others may add theirs until then.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export function checkPrepared(service: object): void {
  const { generics } = service.constructor as { generics?: unknown }
  if (generics instanceof Set && generics.has(HANDLE_RESTRICTIONS)) return
  const found = generics instanceof Set ? 'a set without it' : shapeOf(generics)
  refuse(cds, [
    `cds.ApplicationService.generics: expected "${HANDLE_RESTRICTIONS}", found ${found}`
  ])
}

function refuse(facade: object, changed: readonly string[]): void {
  if (!changed.length) return
  const { version } = facade as { version?: string }
  throw new ConfigurationError(
    `@sap/cds ${version ?? ''} is not what this version of cds-principal was written for: use one that its ` +
      `"peerDependencies" name. ${changed.join('; ')}`
  )
}

function valueAt(facade: object, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (value as Record<string, unknown> | null | undefined)?.[name],
      facade
    )
}

function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  return Array.isArray(value) ? 'array' : typeof value
}
