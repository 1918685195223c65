import { authenticatesRequests, decidesCalls, type Requires } from '../lib/adoption.js'
import { checkDestinationOptions } from '../destination/look-up/options.js'
import { ConfigurationError } from '../errors.js'
import { nearestName, SHORT, slipOf } from '../lib/wording/closest.js'

/** Names in one object of the configuration. A name that is near to none of these may be another plugin's. */
interface Names {
  /** Options that a misspelt name can stand for. */
  readonly misspellable: readonly string[]
  /** More of them, whose neighbours can be options of somebody else: they count as misspelt while the option itself is not set. */
  readonly unlessSet?: readonly string[]
  /** Others that exist, and are near to those. */
  readonly others?: readonly string[]
}

/** Options of this package for a required service, whatever its kind. */
const OWN = ['onBehalfOf', 'minTokenLifetime', 'delegation'] as const

/** Options of `cds.requires.auth`. */
const AUTH: Names = {
  misspellable: [
    'credentials',
    'config',
    'users',
    'emulator',
    'issuers',
    'userId',
    'login_required',
    'metadata',
    'restart',
    'limits'
  ],
  others: ['user', 'userIds', 'tenants', 'binding', 'vcap', 'impl', 'kind', 'strategy']
}

/** Options of CAP for remote services, where a misspelt one would change as whom a call goes out, or where. */
const SERVICE: Names = {
  misspellable: ['credentials', 'destinationOptions', 'csrfInBatch', 'clients'],
  unlessSet: ['csrf'],
  others: ['clientId', 'clientid']
}

const CREDENTIALS: Names = {
  misspellable: ['destination', 'forwardAuthToken'],
  unlessSet: ['url', 'path', 'requestTimeout', 'plainHttpWithinCluster'],
  others: ['destinations', 'pat', 'requestTimeoutMs']
}

/** Options that a misspelt name always stands for, by their place. @internal */
export const OPTION_NAMES = {
  auth: AUTH.misspellable,
  service: [...OWN, ...SERVICE.misspellable],
  credentials: CREDENTIALS.misspellable
} as const

/** Kinds of authentication, by which CAP finds its own and this package's. */
const AUTH_KINDS = ['principal', 'xsuaa', 'jwt', 'ias', 'mocked', 'basic', 'dummy']

const REMOTE_KINDS = ['odata', 'odata-v2', 'odata-v4', 'rest', 'hcql']

type Options = Readonly<Record<string, unknown>>

/**
 * Refuses names and kinds that are nearly those of an option: misspelt, it would be without effect. Names that are near to none
 * stay as they are, because other plugins have options as well.
 *
 * @throws {@link ConfigurationError} that names the option, and the one that was probably meant
 * @internal
 */
export function checkKeys(requires: Requires): void {
  const { auth, ...services } = requires
  checkAuth(asOptions(auth), requires)
  for (const [name, options] of Object.entries(services)) {
    if (name !== 'kinds') checkService(`cds.requires.${name}`, name, asOptions(options), requires)
  }
}

function checkAuth(auth: Options, requires: Requires): void {
  const path = 'cds.requires.auth'
  const isKnown = typeof auth.kind === 'string' && kindsOf(requires).includes(auth.kind)
  if (!auth.impl && !isKnown) checkValue(`${path}.kind`, auth.kind, AUTH_KINDS)
  if (!authenticatesRequests(requires)) return
  checkPlace(path, auth)
  checkNames(path, auth, AUTH)
}

function checkService(path: string, name: string, options: Options, requires: Requires): void {
  checkNames(path, options, { misspellable: OWN })
  const { kind, impl, destinationOptions, credentials } = options
  if (typeof kind === 'string' && !impl && !isKind(kind, name, requires)) {
    checkValue(`${path}.kind`, kind, REMOTE_KINDS)
  }
  const inner = {
    credentials: asOptions(credentials),
    destinationOptions: asOptions(destinationOptions)
  }
  if (!isRemote(options, requires)) return
  for (const [each, content] of Object.entries(inner)) checkPlace(`${path}.${each}`, content)
  if (!decidesCalls(options)) return
  checkNames(path, options, SERVICE)
  checkNames(`${path}.credentials`, inner.credentials, CREDENTIALS)
  checkDestinationOptions(`${path}.destinationOptions`, inner.destinationOptions)
}

/** True for a service that is called by this package. */
function isRemote({ kind, external, onBehalfOf }: Options, { kinds }: Requires): boolean {
  const { impl } = asOptions(asOptions(kinds)[String(kind)])
  const isOwn = String(impl).startsWith('cds-principal/')
  return isOwn || REMOTE_KINDS.includes(String(kind)) || external === true || onBehalfOf != null
}

/** CAP completes a kind with the name of the service. */
function isKind(kind: string, name: string, requires: Requires): boolean {
  const kinds = kindsOf(requires)
  const names = [kind, `${kind}-${name}`, `${name}-${kind}`]
  return names.some((each) => kinds.includes(each) || Object.hasOwn(requires, each))
}

/** CAP hides them from enumeration. */
function kindsOf(requires: Requires): string[] {
  return Object.keys(asOptions(requires.kinds))
}

function checkNames(path: string, options: Options, names: Names): void {
  const { misspellable, unlessSet = [], others = [] } = names
  const missing = unlessSet.filter((each) => !Object.hasOwn(options, each))
  for (const name of Object.keys(options)) {
    if (others.includes(name) || unlessSet.includes(name)) continue
    const guess = nearestName(name, misspellable) ?? nearOption(name, missing)
    if (guess)
      throw new ConfigurationError(`${path}.${name} is not known: did you mean "${guess}"?`)
  }
}

/** Short names are near to many words: of them, only slips count. */
function nearOption(name: string, known: readonly string[]): string | undefined {
  const long = known.filter((each) => each.length > SHORT)
  return slipOf(name, known) ?? nearestName(name, long)
}

function checkValue(path: string, value: unknown, known: readonly string[]): void {
  const guess = typeof value === 'string' ? nearestName(value, known) : undefined
  if (!guess) return
  throw new ConfigurationError(`${path} is "${String(value)}": did you mean "${guess}"?`)
}

/** An option of this package that stands one level too deep. Elsewhere, other plugins have options of these names. */
function checkPlace(path: string, options: Options): void {
  const name = [...OWN, 'clients'].find((each) => Object.hasOwn(options, each))
  if (!name) return
  throw new ConfigurationError(
    `${path}.${name} has no effect there: move it to cds.requires.<service>`
  )
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {}
}
