import type { EmulatedPart } from '../../http/not-emulated.js'

/** Paths of Identity Authentication with nothing behind them here. */
export const IDENTITY_PART: EmulatedPart = {
  service: 'Identity Authentication',
  notEmulated: [
    '/oauth2/token/list',
    '/oauth2/apitoken',
    '/saml2/idp',
    '/scim',
    '/service',
    '/admin',
    '/Applications',
    '/IdentityProviders'
  ]
}
