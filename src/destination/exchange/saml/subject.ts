import { PropagationError } from '../../../errors.js'
import type { SamlExchangeOptions } from '../../../token/exchange-options.js'
import { claimAt } from '../../../user/oidc-profile.js'
import type { NamedUser } from '../../../user/principal.js'
import { firstOf, isUsable } from '../../../user/token-profile.js'

type Claims = Readonly<Record<string, unknown>>

/**
 * Returns the name by which an assertion tells XSUAA who the user is.
 *
 * @param userId - claims with the user's id, as configured for the issuer
 * @throws {@link PropagationError} `ERR_USER_TOKEN_REQUIRED` where the token has no such claim
 * @internal
 */
export function nameIdOf(
  { issuer }: NamedUser,
  { userIdSource, nameIdFormat }: SamlExchangeOptions,
  userId: readonly string[],
  claims: Claims
): string {
  const isEmail = nameIdFormat?.endsWith(':emailAddress')
  const source = userIdSource ?? (isEmail ? 'email' : undefined)
  const names = source === undefined ? userId : [source]
  const found = names.map((each) =>
    each.includes('.') ? claimAt(claims, each) : firstOf([each], claims)
  )
  const name = found.find((each) => typeof each === 'string' && each)
  if (typeof name === 'string') return name
  throw new PropagationError(
    'ERR_USER_TOKEN_REQUIRED',
    `the user's token of issuer "${issuer}" has no claim ${names.map((each) => `"${each}"`).join(' or ')}, by which XSUAA would know the user`,
    {
      hop: 'token exchange',
      principal: 'named',
      fix: `Nothing was sent. See cds.requires.auth.issuers.${issuer}.exchange.userIdSource.`
    }
  )
}

/** Returns the attributes of an assertion. @internal */
export function attributesOf({ attributeMapping = {} }: SamlExchangeOptions, claims: Claims) {
  const entries = Object.entries(attributeMapping).map(
    ([name, path]) => [name, isUsable(path, claims) ? textsIn(claimAt(claims, path)) : []] as const
  )
  return Object.fromEntries(entries.filter(([, values]) => values.length))
}

function textsIn(value: unknown): string[] {
  return [value].flat().flatMap((each) => {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof each)
    return isPlain && each !== '' ? [String(each)] : []
  })
}
