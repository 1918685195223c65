import cds from '@sap/cds'

type Users = Record<string, object | boolean | string>

/** The part of a project's configuration that is read here. */
interface Configuration {
  readonly requires?: {
    readonly auth?: { readonly kind?: string; users?: Users }
    readonly kinds?: { readonly 'mocked-auth'?: { readonly users?: Users } }
  }
}

/**
 * Completes the users of a main application with CAP's mocked ones, in its sidecar of `@sap/cds-mtxs`. In development the sidecar takes
 * them in place of its own; CAP completes them for its own kinds only, and `cds subscribe` and `cds push` log on as one of them.
 *
 * @internal
 */
export function completeUsersForSidecar(): void {
  const { requires } = cds.env as unknown as Configuration
  if (requires?.auth?.kind !== 'mocked') return
  const on = cds.on.bind(cds) as unknown as (event: 'env', listener: (env: Configuration) => void) => void
  on('env', ({ requires: main }) => {
    if (main?.auth?.kind !== 'principal') return
    main.auth.users = completed(main.auth.users ?? {}, requires.kinds?.['mocked-auth']?.users ?? {})
  })
}

function completed(own: Users, defaults: Users): Users {
  const users = { ...defaults }
  for (const [name, user] of Object.entries(own)) {
    const known = users[name]
    const both = typeof known === 'object' && typeof user === 'object'
    users[name] = both ? { ...known, ...user } : user
  }
  return users
}
