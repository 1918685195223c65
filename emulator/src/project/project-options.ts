import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { credentialStoreOf, delegationOf } from '../delegation/project-delegation.js'
import { EmulatorError } from '../emulator-error.js'
import type {
  EmulatorOptions,
  LocatedOptions,
  MockedService,
  MockUser,
  OnPremiseSystem
} from '../types.js'
import { checkProjectOptions } from './check-options.js'
import { readLandscapeFile } from './landscape-file.js'
import type { OUTSIDE_PROJECT } from './option-names.js'

/** Options of the landscape that a project has under `cds.requires.auth.emulator`. */
type ProjectSettings = Omit<EmulatorOptions, (typeof OUTSIDE_PROJECT)[number]>

/** `cds.requires` of a project, as far as the landscape follows from it. */
export interface ProjectRequires {
  readonly auth?: {
    readonly kind?: string
    readonly users?: EmulatorOptions['users']
    /** Configuration of `@sap/ams`. */
    readonly ams?: { readonly dcnRoot?: string }
    /** By its label, CAP finds the binding: `identity` is Identity Authentication. */
    readonly vcap?: { readonly label?: string | null }
    readonly emulator?: ProjectSettings | false
  }
  readonly multitenancy?: unknown
  readonly identity?: unknown
  readonly [service: string]: unknown
}

/** Users that CAP has by itself. */
export type DefaultUsers = Readonly<Record<string, MockUser | boolean>>

/** Options with everything that comes from the project or a file. */
export type CompleteOptions = LocatedOptions & { users: NonNullable<EmulatorOptions['users']> }

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
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for options under `cds.requires.auth.emulator` that can not work
 */
export function landscapeOf(
  root: string,
  requires: ProjectRequires,
  defaultUsers: DefaultUsers
): CompleteOptions {
  const { users, emulator } = requires.auth ?? {}
  const settings = Object(emulator) as ProjectSettings // nothing for true and false
  checkProjectOptions(settings)
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
    ...identityOf(requires, settings.identity),
    root,
    users: mockedUsers(users, defaultUsers, Boolean(requires.multitenancy)),
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
    onPremise: { ...mockSystems, ...settings.onPremise },
    ...delegationOf(requires, settings.delegation),
    ...credentialStoreOf(requires, settings.credentialStore)
  }
}

/**
 * Returns the option for Identity Authentication, which there is where the project takes its tokens. With `@sap/ams` its application has
 * authorization policies.
 */
function identityOf(
  requires: ProjectRequires,
  identity: EmulatorOptions['identity']
): Pick<EmulatorOptions, 'identity'> {
  const { ams, vcap } = requires.auth ?? {}
  const isRequired = Boolean(requires.identity) || vcap?.label === 'identity'
  if (identity === undefined && !ams && isRequired) return { identity: true }
  if (!ams || identity === false) return {}
  const own = typeof identity === 'object' ? identity : {}
  const dcn = ams.dcnRoot === undefined ? {} : { dcn: ams.dcnRoot }
  return { identity: { authorization: { enabled: true, ...dcn }, ...own } }
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

/**
 * Merges a project's users with CAP's, as CAP merges them: properties of a user one by one.
 *
 * @param own - of `cds.requires.auth`; they may have been merged already
 * @see `@sap/cds/lib/env/cds-env.js`, `_merge`
 */
export function mergedUsers(own: EmulatorOptions['users'], defaults: DefaultUsers): AllUsers {
  const users: Record<string, MockUser | string | boolean> = { ...defaults }
  for (const [name, user] of Object.entries(own ?? {})) {
    const known = users[name]
    const both = isRecord(known) && isRecord(user)
    users[name] = both ? { ...known, ...user } : user
    if (both && isRecord(known.attr) && isRecord(user.attr)) {
      users[name] = { ...known, ...user, attr: { ...known.attr, ...user.attr } }
    }
  }
  return users
}

type AllUsers = NonNullable<EmulatorOptions['users']>

/** CAP's own tenants count where the project has some; its roles that nobody has declared are nobody's. */
function mockedUsers(own: EmulatorOptions['users'], defaults: DefaultUsers, hasTenants: boolean) {
  const entries = Object.entries(mergedUsers(own, defaults)).map(([name, user]) => {
    const known = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    if (!isRecord(user) || !isRecord(known)) return [name, user] as const
    const { tenant, ...rest } = user
    const keepsTenant = tenant !== undefined && (hasTenants || tenant !== known.tenant)
    const optionalRoles = isDeepStrictEqual(user.roles, known.roles)
    const roles = optionalRoles && { optionalRoles }
    return [name, { ...rest, ...(keepsTenant && { tenant }), ...roles }] as const
  })
  return Object.fromEntries(entries)
}

function isRecord(value: unknown): value is MockUser {
  return typeof value === 'object' && value !== null
}

/**
 * Completes options from their file; without users and file from the configuration of the project.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` when the file is wrong, or `root` is not a CAP project
 */
export function completeOptions(options: EmulatorOptions): CompleteOptions {
  const { file, root = process.cwd(), users, ...others } = options
  if (file !== undefined) {
    const path = resolve(root, file)
    const own = users && { users }
    return { users: {}, ...readLandscapeFile(path), ...others, ...own, root: dirname(path) }
  }
  if (users) return { ...options, root, users }
  const requires = readRequires(root)
  const { kinds } = requires as { kinds?: Record<string, { users?: DefaultUsers } | undefined> }
  const project = landscapeOf(root, requires, kinds?.['mocked-auth']?.users ?? {})
  return {
    ...project,
    ...options,
    root,
    users: project.users,
    destinations: { ...project.destinations, ...options.destinations },
    onPremise: { ...project.onPremise, ...options.onPremise }
  }
}

/**
 * Reads `cds.requires` as a CAP server in this folder has it.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` if it is no CAP project
 */
export function readRequires(root: string): ProjectRequires {
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
