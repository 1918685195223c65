import { cap } from '../cap.js'

type Users = Record<string, object | boolean | string>

/** `cds.requires.auth` of the sidecar. */
interface MockedAuth {
  readonly kind?: string
  users?: Users
}

/**
 * Lets a sidecar of `@sap/cds-mtxs` keep CAP's mocked users in development. It assigns those of the main application to its own
 * configuration, and CAP completes users for its own kinds only; `cds subscribe` and `cds push` log on as one of CAP's.
 *
 * @internal
 */
export function keepUsersOfSidecar(): void {
  const { auth, ...others } = cap.env.requires
  const { kind, users: defaults } = (auth ?? {}) as MockedAuth
  if (kind !== 'mocked' || !defaults || !isSidecar(others)) return
  let users = defaults
  Object.defineProperty(auth, 'users', {
    enumerable: true,
    get: () => users,
    set: (assigned: Users | undefined) => {
      users = completed(assigned ?? {}, defaults)
    }
  })
}

const isSidecar = (requires: Record<string, object | undefined>) =>
  'root' in (requires['cds.xt.ModelProviderService'] ?? {})

function completed(own: Users, defaults: Users): Users {
  const users = { ...defaults }
  for (const [name, user] of Object.entries(own)) {
    const known = users[name]
    const both = typeof known === 'object' && typeof user === 'object'
    users[name] = both ? { ...known, ...user } : user
  }
  return users
}
