import cds from '@sap/cds'

/** Part of `cds.requires.auth` that says which implementation authenticates. */
interface ConfiguredAuth {
  readonly kind?: unknown
  readonly impl?: unknown
}

/** Entries of `cds.requires` by name. */
export type Requires = Readonly<Record<string, unknown>>

/**
 * True if requests are authenticated by this package.
 *
 * @internal
 */
export function authenticatesRequests(requires: Requires = configured()): boolean {
  const { kind, impl } = asOptions(requires.auth)
  return kind === 'principal' || impl === 'cds-principal/auth'
}

/** Returns the names of the required services with `onBehalfOf`. @internal */
export function servicesOnBehalf(requires: Requires = configured()): string[] {
  return Object.keys(requires).filter((name) => {
    const { onBehalfOf } = asOptions(requires[name]) as { onBehalfOf?: unknown }
    return name !== 'kinds' && onBehalfOf !== undefined && onBehalfOf !== null
  })
}

/**
 * True if this package decides who a service is called as. In an application that has the package
 * only installed, CAP decides.
 *
 * @param options - of the required service
 * @internal
 */
export function decidesCalls(options: unknown): boolean {
  const { onBehalfOf } = asOptions(options) as { onBehalfOf?: unknown }
  const { impl } = asOptions(configured().auth)
  const isMock = impl === 'cds-principal/mock-auth'
  return (onBehalfOf !== undefined && onBehalfOf !== null) || authenticatesRequests() || isMock
}

function configured(): Requires {
  return cds.env.requires
}

function asOptions(value: unknown): ConfiguredAuth {
  return typeof value === 'object' && value !== null ? value : {}
}
