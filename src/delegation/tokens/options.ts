import { ConfigurationError } from '../../errors.js'
import { nearestName } from '../../lib/wording/closest.js'
import type { DelegatedService } from '../options.js'
import type {
  IasDelegation,
  SamlDelegation,
  SamlServiceProvider,
  UserTokenDelegation
} from './way-options.js'

type Check = (value: unknown) => string | undefined

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const text: Check = (value) => (isText(value) ? undefined : 'a text that is not empty')

const texts: Check = (value) =>
  Array.isArray(value) && value.every(isText) ? undefined : 'a list of texts'

const FORMAT = /^urn:oasis:names:tc:SAML:1\.1:nameid-format:(emailAddress|unspecified)$/

const format: Check = (value) =>
  isText(value) && FORMAT.test(value) ? undefined : `"${FORMAT.source.slice(1, 45)}…" of SAML 1.1`

const tenants: Check = (value) =>
  typeof value === 'object' && value !== null && Object.values(value).every(isProvider)
    ? undefined
    : 'an object with "audience" and "assertionRecipient" (an https URL) by tenant id'

function isProvider(value: unknown): value is SamlServiceProvider {
  const { audience, assertionRecipient: recipient } = Object(value) as Partial<SamlServiceProvider>
  return (
    isText(audience) &&
    isText(recipient) &&
    recipient.startsWith('https:') &&
    URL.canParse(recipient)
  )
}

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value)

/** Options of each way. */
const WAYS: Readonly<Record<keyof WayOptions, Readonly<Record<string, Check>>>> = {
  ias: { issuer: text },
  saml: {
    assertionIssuer: text,
    origin: text,
    nameIdFormat: optional(format),
    userIdSource: optional(text),
    tenants: optional(tenants)
  },
  userToken: { issuer: text, claims: optional(texts) }
}

/** Options of the ways below `delegation`, by their names. */
interface WayOptions {
  readonly ias: IasDelegation
  readonly saml: SamlDelegation
  readonly userToken: UserTokenDelegation
}

/**
 * Returns the options of a way; `undefined` if the service has none.
 *
 * @throws {@link ConfigurationError} that names the option
 * @internal
 */
export function wayOptions<W extends keyof WayOptions>(
  service: DelegatedService,
  way: W
): WayOptions[W] | undefined {
  const options: unknown = service.options[way]
  if (options === undefined || options === null) return undefined
  const path = `cds.requires.${service.name}.delegation.${way}`
  if (typeof options !== 'object' || Array.isArray(options)) {
    throw new ConfigurationError(
      `${path} must be an object with ${Object.keys(WAYS[way]).join(', ')}`
    )
  }
  const checks = WAYS[way]
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(checks, name))
  if (unknown !== undefined) throw notKnown(path, unknown, Object.keys(checks))
  for (const [name, check] of Object.entries(checks)) {
    const expected = check((options as Record<string, unknown>)[name])
    if (expected) throw new ConfigurationError(`${path}.${name} must be ${expected}`)
  }
  return options as WayOptions[W]
}

function notKnown(path: string, name: string, names: readonly string[]): ConfigurationError {
  const guess = nearestName(name, names)
  const advice = guess ? `did you mean "${guess}"?` : `use ${names.join(', ')}`
  return new ConfigurationError(`${path}.${name} is not known: ${advice}`)
}
