import { ConfigurationError } from '../../errors.js'

/** Options of `@sap/xssec` that are read here; its types name some of them differently. */
interface LibraryOptions {
  readonly validation?: { readonly enabled?: unknown } | null
  readonly context?: { readonly extensions?: unknown } | null
  readonly xsuaaLegacyExtension?: unknown
}

/**
 * Refuses options of `@sap/xssec` that would accept tokens unchecked, and extensions of its security context: they expect services that only
 * its own function creates, so every token of a user would fail.
 *
 * @param config - `cds.requires.auth.config`
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function checkLibraryOptions(config: object): void {
  const { validation, context, xsuaaLegacyExtension }: LibraryOptions = config
  const option = 'cds.requires.auth.config'
  if (validation?.enabled === false) {
    throw new ConfigurationError(
      `${option}.validation.enabled is false: no token would be checked`,
      {
        fix: 'Remove it. In development, the emulated services issue tokens.'
      }
    )
  }
  if (xsuaaLegacyExtension) {
    throw new ConfigurationError(
      `${option}.xsuaaLegacyExtension is set, but users of Identity Authentication stay what they are`,
      {
        fix:
          'Remove it. Where a call needs a token of XSUAA, set destinationOptions.iasToXsuaaTokenExchange of the required service. ' +
          'Roles of these users come from authorization policies (AMS).'
      }
    )
  }
  if (hasEntries(context?.extensions)) {
    throw new ConfigurationError(
      `${option}.context.extensions is set, but extensions are not called`,
      {
        fix: "Remove it, and add to cds.context.user in a middleware: cds.middlewares.add(…, { after: 'auth' })."
      }
    )
  }
}

function hasEntries(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : Boolean(value)
}
