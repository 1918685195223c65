import type { RequiredService, Requires } from '../../cap-types.js'

/** Implementations of the kinds of agents. */
const IMPLEMENTATIONS = {
  mcp: 'cds-principal/mcp-service',
  a2a: 'cds-principal/a2a-service'
} as const

/**
 * Adds the kinds `mcp` and `a2a` for required services. Where the application or another plugin has a kind of that name, theirs
 * stays as it is: plugins are loaded when the configurations of all of them are known.
 *
 * @internal
 */
export function addAgentKinds(requires: Requires): void {
  const kinds = (requires.kinds ?? {}) as Record<string, { impl?: string } | undefined>
  for (const [name, impl] of Object.entries(IMPLEMENTATIONS)) {
    if (kinds[name]?.impl !== undefined) continue
    kinds[name] = { ...kinds[name], impl }
    // CAP takes a service that is named like its kind for the kind itself
    const own = (requires as Record<string, RequiredService | undefined>)[name]
    if (own?.kind === name) own.impl ??= impl
  }
}

/**
 * True for a required service that is an agent of this package, also where the plugin has not added its kinds. An implementation of the
 * application is none, whatever its kind is called.
 *
 * @internal
 */
export function isAgent(options: object): boolean {
  const { kind, impl } = options as RequiredService
  const known = new Map<string | undefined, string>(Object.entries(IMPLEMENTATIONS))
  return [...known.values()].includes(impl ?? known.get(kind) ?? '')
}
