import type { XsuaaClient } from '../../destination/exchange/client.js'
import { ConfigurationError, type DelegationError } from '../../errors.js'
import type { IasCredentials } from '../../token/issuers/credentials.js'
import { TokenPrincipal } from '../../user/principal.js'
import type { Author, AuthorToken } from '../author.js'
import type { DelegatedService } from '../options.js'
import type { AuthorTokenRequest, TokenWay } from '../ways.js'
import type { AssertionKey } from '../keys/assertion-keys.js'
import { assertionKeys } from '../keys/keys.js'
import { signedToken } from './signed-token.js'
import { checkByToken } from './check-author.js'
import { ended, isFinal, noToken, refusedAuthor, thrownAway } from './failure.js'
import { tokenOfAuthor } from './kept-tokens.js'
import { wayOptions } from './options.js'
import { askForToken, withEachKey } from './token-service.js'
import type { IasDelegation } from './way-options.js'
import { boundIssuers, NAMES, verifiedUser } from './verified.js'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

const IAS = NAMES.ias

/**
 * Way by Identity Authentication (RFC 7523): the application is a corporate identity provider that says who the author is. It answers
 * with a token of its own user, which XSUAA exchanges for the author's own token if that is where the author has come from.
 *
 * @see SAP Cloud Identity Services, "Configure the Client to Call Identity Authentication JWT Bearer Token"
 * @internal
 */
export const iasWay: TokenWay = {
  name: 'ias',
  isConfigured(service) {
    if (!optionsOf(service)) return false
    if (!boundIssuers().ias) {
      const path = `cds.requires.${service.name}.delegation.ias`
      throw new ConfigurationError(`${path} needs a binding of Identity Authentication`)
    }
    assertionKeys(service)
    return true
  },
  claims: () => ['email'],
  async checkAuthor(author, service) {
    if (author.issuer !== 'ias' && author.issuer !== 'xsuaa') throw otherIssuer(author, service)
    if (!author.claims['email']) {
      throw refusedAuthor(
        service,
        "the user's token has no e-mail address, by which Identity Authentication would know the author",
        'Let the identity provider send the claim "email".'
      )
    }
    const fix =
      'Authors have to be users of this Identity Authentication, which has to trust the application: docs/errors.md#err_delegation_refused.'
    await checkByToken(iasWay, author, service, fix)
  },
  tokenFor(request) {
    const { url, clientid } = clientOf(request)
    const { issuer } = optionsOf(request.service) ?? {}
    return tokenOfAuthor(['ias', url, clientid, issuer], request, () => fetchToken(request))
  }
}

/** Returns the error for an author whose issuer is none of the bound services. @internal */
export function otherIssuer({ issuer }: Author, service: DelegatedService): DelegationError {
  return refusedAuthor(
    service,
    `the user's token is of issuer "${issuer}", and authors are users of XSUAA or Identity Authentication`,
    'A user of the same name there could be somebody else.'
  )
}

function optionsOf(service: DelegatedService): IasDelegation | undefined {
  return wayOptions(service, 'ias')
}

async function fetchToken(request: AuthorTokenRequest): Promise<AuthorToken> {
  const { author, service } = request
  const bearerToken = await withEachKey(assertionKeys(service), (key) =>
    tokenOfIas(request, key)
  ).catch((error: unknown) => {
    if (!isFinal(error)) throw noToken(service, IAS, error)
    const advice =
      'The corporate identity provider has to be there, and "Use Identity Authentication user store" decides who is still a user.'
    throw ended(service, IAS, error, advice)
  })
  if (author.issuer === 'ias') return tokenOf(request, 'ias', bearerToken)
  await verifiedUser(service, 'ias', bearerToken)
  return tokenOf(request, 'xsuaa', await exchangedAtXsuaa(request, bearerToken))
}

function tokenOfIas(request: AuthorTokenRequest, key: AssertionKey): Promise<string> {
  const { author, service, until } = request
  const client = clientOf(request)
  const { issuer = '' } = optionsOf(service) ?? {}
  const { userId, tenant, claims, subject = userId } = author
  const email = claims['email']
  return askForToken({ client, path: '/oauth2/token', tenant, until }, async () => {
    const said = { iss: issuer, aud: client.url, sub: subject, email, email_verified: true }
    return {
      grant_type: JWT_BEARER,
      assertion: await signedToken(key, said),
      token_format: 'jwt', // it is opaque by default
      ...(tenant !== undefined && { app_tid: tenant })
    }
  })
}

/**
 * Returns the client with the URL of the author's own tenant of Identity Authentication, which the author's token has named. Credentials
 * go to hosts of the binding only.
 */
function clientOf({ author }: AuthorTokenRequest): XsuaaClient {
  const binding = boundIssuers().ias as IasCredentials & { certificate?: string }
  const url = author.issuer === 'ias' ? ownUrl(author, binding) : binding.url
  return { ...binding, url, ...(binding.certificate && { certurl: url }) } as never
}

function ownUrl({ origin = '' }: Author, { url, domains }: IasCredentials): string {
  if (!URL.canParse(origin)) return url
  const { protocol, host, origin: own } = new URL(origin)
  const isOwn = domains.some((domain) => host === domain || host.endsWith(`.${domain}`))
  return protocol === 'https:' && isOwn ? own : url
}

async function exchangedAtXsuaa(request: AuthorTokenRequest, assertion: string): Promise<string> {
  const { author, service, until } = request
  const client = boundIssuers().xsuaa as XsuaaClient
  const { tenant } = author
  const form = {
    grant_type: JWT_BEARER,
    assertion,
    response_type: 'token',
    token_format: 'jwt'
  }
  return askForToken({ client, path: '/oauth/token', tenant, zone: tenant, until }, () =>
    Promise.resolve(form)
  ).catch((error: unknown) => {
    if (!isFinal(error)) throw noToken(service, 'XSUAA', error)
    const advice =
      'The subaccount has to trust Identity Authentication, and the user has to be known there.'
    throw ended(service, 'XSUAA', error, advice)
  })
}

/** The token has to be of exactly the author: all that the author's own token has said is the same. */
async function tokenOf(
  { author, service }: AuthorTokenRequest,
  issuer: 'ias' | 'xsuaa',
  bearerToken: string
): Promise<AuthorToken> {
  const { identity } = await verifiedUser(service, issuer, bearerToken)
  const { userId, tenant, origin, subject, expiresAt } = identity
  const difference = differenceOf(author, { ...author, userId, tenant, origin, subject })
  if (difference) throw thrownAway(service, NAMES[issuer], difference)
  return new TokenPrincipal({ userId, tenant, issuer, origin, subject, expiresAt, bearerToken })
}

function differenceOf(author: Author, found: Author): string | undefined {
  if (found.tenant !== author.tenant) return 'of another tenant'
  if (found.origin !== author.origin) return 'of a user of another identity provider'
  const isSame = found.userId === author.userId && found.subject === author.subject
  return isSame ? undefined : 'of another user'
}
