import { createPrivateKey, type KeyObject } from 'node:crypto'

import cds from '@sap/cds'

import { ConfigurationError } from '../errors.js'
import { type AuthOptions, bindingsOf, type RequiredBindings } from '../options.js'
import {
  type ExchangeOptions,
  type SamlExchangeOptions,
  signerProblem
} from '../token/exchange-options.js'
import type { OidcIssuerOptions } from '../token/oidc-options.js'
import type { XsuaaClient } from './token-request.js'

/** How tokens of an external issuer become tokens of the bound XSUAA. */
export interface TokenExchange {
  readonly options: ExchangeOptions
  /** Claims with the user's id, as configured for the issuer. */
  readonly userId: readonly string[]
  /** The bound XSUAA: tokens are issued to the application itself. */
  readonly client: XsuaaClient
  /** With `saml2-bearer`. */
  readonly signer: Signer | undefined
}

/** What signs assertions. */
export interface Signer {
  readonly key: KeyObject
  /** PEM. */
  readonly certificate: string | undefined
}

/** `cds.requires`, as far as it is looked at. */
type Requires = RequiredBindings & {
  readonly auth?: AuthOptions
} & Readonly<Record<string, { readonly credentials?: object } | undefined>>

/** Prepared once for each configuration, of which tests have several. */
const prepared = new WeakMap<OidcIssuerOptions, TokenExchange>()

/**
 * The exchange that is configured for an issuer.
 *
 * @param alias - name below `cds.requires.auth.issuers`
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function exchangeOf(alias: string): TokenExchange | undefined {
  const requires = cds.env.requires as unknown as Requires
  const { issuers = {} } = requires.auth ?? ({} as Partial<AuthOptions>)
  const issuer = Object.hasOwn(issuers, alias) ? issuers[alias] : undefined
  if (!issuer?.exchange) return undefined
  const exchange = prepared.get(issuer) ?? prepare(alias, issuer, issuer.exchange, requires)
  prepared.set(issuer, exchange)
  return exchange
}

/**
 * Prepares the exchanges of all issuers, so that what can't work stops the start.
 *
 * @throws {@link ConfigurationError} naming the option
 * @internal
 */
export function checkExchanges(): void {
  const { auth } = cds.env.requires as unknown as Requires
  for (const alias of Object.keys(auth?.issuers ?? {})) exchangeOf(alias)
}

function prepare(
  alias: string,
  { userId = 'sub' }: OidcIssuerOptions,
  options: ExchangeOptions,
  requires: Requires
): TokenExchange {
  const path = `cds.requires.auth.issuers.${alias}.exchange`
  const { xsuaa } = bindingsOf(requires.auth as AuthOptions, requires)
  if (!xsuaa?.url) {
    throw new ConfigurationError(`${path} needs a bound XSUAA, which gives the token in exchange`)
  }
  const signer = options.grant === 'saml2-bearer' ? signerOf(path, options, requires) : undefined
  return { options, userId: [userId].flat(), client: xsuaa as XsuaaClient, signer }
}

function signerOf(path: string, options: SamlExchangeOptions, requires: Requires): Signer {
  const { credentials: service } = options
  const source = service ? requires[service]?.credentials : options
  const { key, certificate } = (source ?? {}) as { key?: unknown; certificate?: unknown }
  const problem = signerProblem({ key, certificate })
  if (problem) {
    const where = service
      ? `cds.requires.${service}.credentials, named by ${path}.credentials`
      : path
    throw new ConfigurationError(`${where}: ${problem}`)
  }
  return { key: createPrivateKey(String(key)), certificate: certificate as string | undefined }
}
