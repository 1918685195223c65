import { createAuthTokens } from './tokens/auth-tokens.js'
import type { TenantDestinations } from './configuration.js'
import { askedFragments, withFragments } from './fragments.js'
import { LookUpFailed } from './lookup-failed.js'
import type { AuthToken, Caller, DestinationTokens } from './tokens/types.js'
import type { DestinationConfiguration } from './stored.js'

/** `X-chain-name`, and a reader of `X-chain-var-<name>`. */
export interface AskedChain {
  readonly name: string
  readonly variable: (name: string) => string | undefined
}

/** A request that goes through a chain. */
interface ChainRequest {
  readonly service: DestinationTokens
  readonly own: TenantDestinations
  readonly caller: Caller
  readonly variable: AskedChain['variable']
}

/** A chain: returns the caller for the destination at its end. */
type Chain = (request: ChainRequest) => Promise<Caller>

const JWT = 'urn:ietf:params:oauth:token-type:jwt'
const SAML2 = 'urn:ietf:params:oauth:token-type:saml2'

/** The first destination gets a user token for the user token. */
const sequential: Chain = async (request) => {
  const { caller, variable } = request
  const [name, userToken] = [variable('tokenTransformationDestinationName'), variable('userToken')]
  if (!name || !userToken) throw missing()
  const subject = { token: userToken, type: JWT }
  const destination = firstDestination(request, name, 'tokenTransformation')
  const { value } = await tokenOf(request, destination, { ...caller, userToken, subject })
  return { ...caller, userToken: value }
}

/** The first destination, with `OAuth2TokenExchange`, gets an assertion of Identity Authentication for the subject token. */
const identityAssertion: Chain = async (request) => {
  const { service, caller, variable } = request
  const name = variable('samlProviderDestinationName')
  const subject = { token: variable('subjectToken'), type: variable('subjectTokenType') }
  if (!name || !subject.token || !subject.type) throw missing()
  const destination = firstDestination(request, name, 'samlProvider')
  if (destination['Authentication'] !== 'OAuth2TokenExchange') {
    throw new LookUpFailed(400, `Destination ${name} must have Authentication OAuth2TokenExchange`)
  }
  const provider = withIdentity(service, destination)
  const { value, issued_token_type } = await tokenOf(request, provider, { ...caller, subject })
  if (issued_token_type === SAML2) return { ...caller, assertion: value }
  throw new LookUpFailed(400, `Destination ${name} has got no SAML assertion`)
}

const CHAINS: ReadonlyMap<string, Chain> = new Map([
  ['com.sap.sequentialUserPropagation', sequential],
  ['com.sap.iasGeneratedOAuth2SamlBearerAssertion', identityAssertion]
])

/**
 * Returns the caller with what the first destination of a chain has got for the one at its end.
 *
 * @throws LookUpFailed
 * @see SAP BTP Connectivity, "Predefined Destination Chains"
 */
export async function throughChain(
  service: DestinationTokens,
  own: TenantDestinations,
  caller: Caller,
  { name, variable }: AskedChain
): Promise<Caller> {
  const chain = CHAINS.get(name)
  if (!chain) throw new LookUpFailed(400, `There is no chain ${name}`)
  return chain({ service, own, caller, variable })
}

/** Returns the first destination of a chain, with the fragments that the chain's variables name. */
function firstDestination(
  { own, variable }: ChainRequest,
  name: string,
  prefix: string
): DestinationConfiguration {
  const fragment = variable(`${prefix}FragmentName`)
  const optional = variable(`${prefix}FragmentOptional`)
  const destination = own.destinations.get(name)
  const fragments = askedFragments(fragment, optional)
  const merged = destination && withFragments(destination, fragments, (each) => [each, own])
  if (!merged) throw new LookUpFailed()
  return merged
}

async function tokenOf(
  { service }: ChainRequest,
  destination: DestinationConfiguration,
  caller: Caller
): Promise<AuthToken> {
  const [token] = (await createAuthTokens(service, destination, caller)) ?? []
  if (token?.value) return token
  const { Name = '' } = destination
  throw new LookUpFailed(400, token?.error ?? `Destination ${Name} has no token of a user`)
}

/** Address and credentials of the emulated Identity Authentication are new on every start: a configuration can leave them out. */
function withIdentity(
  { identity }: DestinationTokens,
  destination: DestinationConfiguration
): DestinationConfiguration {
  if (destination['tokenServiceURL'] || !identity) return destination
  const { issuer, tenant } = identity
  const own = { tokenServiceURL: `${issuer.url}/oauth2/token`, clientId: tenant.application.id }
  return { ...own, ...destination }
}

const missing = () => new LookUpFailed(400, 'A variable of the chain is missing')
