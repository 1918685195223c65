import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { EmulatorError } from './emulator-error.js'
import type { EmulatorOptions, MockedService, MockUser, OnPremiseSystem } from './types.js'

/** `cds.requires` of a project, as far as the landscape follows from it. */
export interface ProjectRequires {
  readonly auth?: {
    readonly kind?: string
    readonly users?: EmulatorOptions['users']
    readonly emulator?: Omit<Partial<EmulatorOptions>, 'root' | 'users' | 'mocks'> | false
  }
  readonly multitenancy?: unknown
  readonly [service: string]: unknown
}

/** Users that CAP has by itself. */
export type DefaultUsers = Readonly<Record<string, MockUser | boolean>>

/** A required service with a destination. */
interface Remote {
  service?: string
  credentials?: { destination?: unknown; path?: unknown }
}

/**
 * The landscape that belongs to a project: its users or CAP's mocked ones, its destinations and systems, and for each
 * destination that it names and does not define, one with principal propagation to a mock of the imported service.
 *
 * @param requires - `cds.requires`
 * @param defaultUsers - of CAP's mocked authentication
 */
export function landscapeOf(
  root: string,
  requires: ProjectRequires,
  defaultUsers: DefaultUsers
): EmulatorOptions & { users: NonNullable<EmulatorOptions['users']> } {
  const { users, emulator } = requires.auth ?? {}
  const settings = emulator === false ? {} : (emulator ?? {})
  const mocked = mockedDestinations(requires)
  const generated = [...mocked.keys()].map((name) => [name, propagation(name)] as const)
  const completed = (own: EmulatorOptions['destinations']) => ({
    ...Object.fromEntries(generated),
    ...own
  })
  const mockSystems = Object.fromEntries<OnPremiseSystem>(
    [...mocked].map(([name, mocks]) => [virtualHost(name), { mocks }])
  )
  return {
    ...settings,
    root,
    users: users ?? mockedUsers(defaultUsers, Boolean(requires.multitenancy)),
    destinations: completed(settings.destinations),
    ...(settings.tenants && {
      tenants: Object.fromEntries(
        Object.entries(settings.tenants).map(([id, tenant]) => [
          id,
          {
            ...tenant,
            destinations: completed(tenant.destinations),
            ...(tenant.onPremise && { onPremise: { ...mockSystems, ...tenant.onPremise } })
          }
        ])
      )
    }),
    onPremise: { ...mockSystems, ...settings.onPremise }
  }
}

/** Mocked services by the destination that the project names for them and does not define. */
export function mockedDestinations(requires: ProjectRequires): Map<string, MockedService[]> {
  const { emulator } = requires.auth ?? {}
  const defined = emulator === false ? {} : (emulator?.destinations ?? {})
  const mocks = new Map<string, MockedService[]>()
  for (const [name, options] of Object.entries(requires)) {
    const { service = name, credentials } = asRemote(options)
    const { destination, path } = credentials ?? {}
    if (typeof destination !== 'string' || Object.hasOwn(defined, destination)) continue
    const mock = { service, ...(typeof path === 'string' && { path }) }
    mocks.set(destination, [...(mocks.get(destination) ?? []), mock])
  }
  return mocks
}

const asRemote = (options: unknown): Remote =>
  typeof options === 'object' && options !== null ? options : {}

const propagation = (name: string) => ({
  URL: `http://${virtualHost(name)}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
})

const virtualHost = (name: string) =>
  `${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}.mock:8000`

/** As CAP does, without tenants where the project has none; a role that nobody has declared is nobody's. */
function mockedUsers(users: DefaultUsers, hasTenants: boolean): Record<string, MockUser> {
  const entries = Object.entries(users).flatMap(([name, user]) => {
    if (typeof user !== 'object') return []
    const { tenant, ...rest } = user
    return [[name, { ...rest, ...(hasTenants && tenant && { tenant }), optionalRoles: true }]]
  })
  return Object.fromEntries(entries) as Record<string, MockUser>
}

/**
 * Completes options without users from the project's configuration.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` when `root` is not a CAP project
 */
export function completeOptions(
  options: EmulatorOptions
): EmulatorOptions & { users: NonNullable<EmulatorOptions['users']> } {
  const { root, users } = options
  if (users) return { ...options, users }
  const requires = readRequires(root)
  const { kinds } = requires as { kinds?: Record<string, { users?: DefaultUsers } | undefined> }
  const project = landscapeOf(root, requires, kinds?.['mocked-auth']?.users ?? {})
  return {
    ...project,
    ...options,
    users: project.users,
    destinations: { ...project.destinations, ...options.destinations },
    onPremise: { ...project.onPremise, ...options.onPremise }
  }
}

/** The configuration that a CAP server has in this folder. */
function readRequires(root: string): ProjectRequires {
  try {
    const find = createRequire(join(resolve(root), 'package.json'))
    const { env } = find('@sap/cds') as {
      env: { for: (context: string, root: string) => { requires: ProjectRequires } }
    }
    return env.for('cds', resolve(root)).requires
  } catch (cause) {
    const text = `the users must be given, or "root" must be a CAP project, which ${root} is not`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text, { cause })
  }
}
