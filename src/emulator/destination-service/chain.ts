import { createAuthTokens, type Caller } from './tokens/auth-tokens.js'
import type { TenantDestinations } from './configuration.js'
import { askedFragments, withFragments } from './fragments.js'
import { LookUpFailed } from './lookup-failed.js'
import type { DestinationTokens } from './tokens/saml-tokens.js'

/** `X-chain-name`, and a reader of `X-chain-var-<name>`. */
export interface AskedChain {
  readonly name: string
  readonly variable: (name: string) => string | undefined
}

const SEQUENTIAL = 'com.sap.sequentialUserPropagation'

/**
 * The caller with the user token that the first destination of a chain has got: the destination at its end gets that one.
 *
 * @throws LookUpFailed
 * @see SAP BTP Connectivity, "Sequential User Propagation Chain"
 */
export async function throughChain(
  service: DestinationTokens,
  own: TenantDestinations,
  caller: Caller,
  { name, variable }: AskedChain
): Promise<Caller> {
  if (name !== SEQUENTIAL) throw new LookUpFailed(400, `The chain ${name} is not emulated`)
  const first = variable('tokenTransformationDestinationName')
  const userToken = variable('userToken')
  if (!first || !userToken) throw new LookUpFailed(400, 'A variable of the chain is missing')
  const fragment = variable('tokenTransformationFragmentName')
  const optional = variable('tokenTransformationFragmentOptional')
  const destination = own.destinations.get(first)
  const fragments = askedFragments(fragment, optional)
  const merged = destination && withFragments(destination, fragments, (each) => [each, own])
  if (!merged) throw new LookUpFailed()
  const subject = { token: userToken, type: 'urn:ietf:params:oauth:token-type:jwt' }
  const [token] = (await createAuthTokens(service, merged, { ...caller, userToken, subject })) ?? []
  if (token?.value) return { ...caller, userToken: token.value }
  throw new LookUpFailed(400, token?.error ?? `Destination ${first} has no token of a user`)
}
