import { nearestName } from '../../lib/wording/closest.js'

/** Predefined chain of the Destination service. */
export interface Chain {
  /**
   * Name of the chain: `com.sap.sequentialUserPropagation` or
   * `com.sap.iasGeneratedOAuth2SamlBearerAssertion`.
   */
  name: string
  /** Values of the headers `X-chain-var-<name>`, without those for the user's token. */
  variables: Readonly<Record<string, string>>
}

interface KnownChain {
  /** Types of the destination at the end of the chain. */
  readonly types: readonly string[]
  readonly required: string
  readonly optional: readonly string[]
  /** Variable for the user's token. */
  readonly token: string
  /** Variable for the type of this token. */
  readonly tokenType?: string
  /** True if the chain makes the assertion that the destination at its end is given. */
  readonly givesAssertion?: boolean
}

/**
 * Chains that the Destination service knows.
 *
 * @see SAP BTP Connectivity, "Predefined Destination Chains"
 */
const CHAINS: Readonly<Record<string, KnownChain>> = {
  'com.sap.sequentialUserPropagation': {
    types: [
      'OAuth2UserTokenExchange',
      'OAuth2JWTBearer',
      'OAuth2SAMLBearerAssertion',
      'SAMLAssertion'
    ],
    required: 'tokenTransformationDestinationName',
    optional: ['tokenTransformationFragmentName', 'tokenTransformationFragmentOptional'],
    token: 'userToken'
  },
  'com.sap.iasGeneratedOAuth2SamlBearerAssertion': {
    types: ['OAuth2SAMLBearerAssertion'],
    required: 'samlProviderDestinationName',
    optional: ['samlProviderFragmentName', 'samlProviderFragmentOptional'],
    token: 'subjectToken',
    tokenType: 'subjectTokenType',
    givesAssertion: true
  }
}

/** Type of the user's token, as SAP's own samples send it (RFC 8693, section 3). */
export const JWT = 'urn:ietf:params:oauth:token-type:jwt'

/** @returns what is wrong with the option `chain`, without its name; or nothing @internal */
export function chainProblem(chain: unknown): string | undefined {
  const { name, variables, ...others } = Object(chain) as Partial<Chain>
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return `.${unknown} is not known: there are name, variables`
  const known = knownChain(name)
  if (!known) {
    const guess = typeof name === 'string' && nearestName(name, Object.keys(CHAINS))
    const hint = guess ? `did you mean "${guess}"?` : `use one of ${Object.keys(CHAINS).join(', ')}`
    return `.name is ${JSON.stringify(name)}: ${hint}`
  }
  return variablesProblem(known, Object(variables) as Readonly<Record<string, unknown>>)
}

function variablesProblem(
  { required, optional, token, tokenType }: KnownChain,
  variables: Readonly<Record<string, unknown>>
): string | undefined {
  const names = [required, ...optional]
  for (const [name, value] of Object.entries(variables)) {
    if (name === token || name === tokenType) {
      return `.variables.${name} can't be set: it is about the token of the current user`
    }
    if (!names.includes(name)) {
      const guess = nearestName(name, names)
      const hint = guess ? `did you mean "${guess}"?` : `there are ${names.join(', ')}`
      return `.variables.${name} is not known: ${hint}`
    }
    if (!isHeaderValue(value)) return `.variables.${name} has to be a text for a header`
  }
  return variables[required] === undefined ? `.variables.${required} is missing` : undefined
}

/**
 * Returns the headers with which the Destination service follows a chain.
 *
 * @param chain - that was checked
 * @internal
 */
export function chainHeaders({ name, variables }: Chain, bearerToken: string) {
  const { token = '', tokenType } = knownChain(name) ?? {}
  const all = { ...variables, [token]: bearerToken, ...(tokenType && { [tokenType]: JWT }) }
  const entries = Object.entries(all).map(
    ([each, value]) => [`X-chain-var-${each}`, value] as const
  )
  return { 'X-chain-name': name, ...Object.fromEntries(entries) }
}

/** Returns the types of destinations that can be at the end of a chain. @internal */
export function typesInChain({ name }: Chain): readonly string[] {
  return knownChain(name)?.types ?? []
}

/**
 * True if the chain begins with any token service, and so accepts tokens of Identity
 * Authentication.
 *
 * @internal
 */
export function takesSubjectToken({ name }: Chain): boolean {
  return knownChain(name)?.tokenType !== undefined
}

/**
 * True if the destination at the end of the chain is given an assertion, and creates none itself.
 *
 * @internal
 */
export function givesAssertion({ name }: Chain): boolean {
  return knownChain(name)?.givesAssertion === true
}

function knownChain(name: unknown): KnownChain | undefined {
  return typeof name === 'string' && Object.hasOwn(CHAINS, name) ? CHAINS[name] : undefined
}

function isHeaderValue(value: unknown): boolean {
  return typeof value === 'string' && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
}
