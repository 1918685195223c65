// Compiled by `npm run types`, and not run: what applications write has to have types, and what is wrong has to be refused.
import cds from '@sap/cds'

import type {
  AuthOptions,
  DestinationOptions,
  ExchangeOptions,
  IasCredentials,
  JwtExchangeOptions,
  OidcIssuerOptions,
  OidcRolesOptions,
  OnBehalfOf,
  RequiredService,
  SamlExchangeOptions,
  SelectionStrategy
} from 'cds-principal'
import { onPrincipalCall, onPrincipalRequest, principalHealth } from 'cds-principal'
import type {
  IdentityAuthorizationOptions,
  IdentityCredentialType,
  SubjectNameIdentifier
} from 'cds-principal/emulator'

type IsAny<T> = 0 extends 1 & T ? true : false
/** True if two types are the same, and not `any`. */
type Same<A, B> =
  IsAny<A> extends true ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false

export const s4: RequiredService = cds.env.requires.S4

// entries of CAP's own type
type Users = NonNullable<typeof cds.env.requires.auth.users>

export const right: RequiredService = { onBehalfOf: 'namedUser', csrf: true }
export const wrong: RequiredService[] = [
  // @ts-expect-error -- the word is spelt in another way
  { onBehalfOf: 'nameduser' },
  // @ts-expect-error -- seconds are a number
  { minTokenLifetime: '5' },
  // @ts-expect-error -- there are three strategies
  { destinationOptions: { selectionStrategy: 'always' } }
]

const issuer: OidcIssuerOptions = { issuer: 'https://a.example', audience: 'a' }
export const auth: AuthOptions = { kind: 'principal', issuers: { a: issuer } }
// @ts-expect-error -- an option that there is not
export const misspelt: AuthOptions = { kind: 'principal', issuer: {} }

export const same: [
  Same<typeof s4.onBehalfOf, OnBehalfOf | undefined>,
  Same<typeof s4.minTokenLifetime, number | undefined>,
  Same<Users['alice']['attr'], Record<string, unknown> | undefined>,
  Same<Users['alice']['policies'], string[] | undefined>,
  Same<ExchangeOptions, SamlExchangeOptions | JwtExchangeOptions>,
  Same<NonNullable<DestinationOptions['selectionStrategy']>, SelectionStrategy>,
  Same<NonNullable<OidcIssuerOptions['roles']>, OidcRolesOptions>,
  Same<IasCredentials['domains'], readonly string[]>,
  Same<IdentityCredentialType, 'SECRET' | 'X509_GENERATED'>,
  Same<SubjectNameIdentifier, 'userUuid' | 'mail' | 'loginName'>,
  Same<IdentityAuthorizationOptions['enabled'], boolean>
] = [true, true, true, true, true, true, true, true, true, true, true]

// events
export const subscriptions: (() => void)[] = [
  onPrincipalRequest(({ token, status }) => [token?.scopes.length, status?.toFixed()]),
  onPrincipalCall(({ context }) => context === 'queue')
]
export const health: 'up' | 'down' | undefined = principalHealth().destinations['S4']?.state
