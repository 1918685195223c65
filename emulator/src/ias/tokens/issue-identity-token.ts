import { thumbprint } from '../../http/client-certificate.js'
import { EmulatorError } from '../../emulator-error.js'
import type { IssueTokenOptions } from '../../emulator.js'
import { resolveTenant, resolveUser } from '../../xsuaa/issue-token.js'
import { claimsFor, providerClaims, technicalClaims } from './identity-claims.js'
import type { IdentityService } from '../identity-service.js'
import type { IdentityApplication, IdentityTenant } from '../identity-tenant.js'

/**
 * A token straight from the issuer. One of another application is for the bound one, with the APIs that it consumes.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for an unknown user, tenant or application, and for options of XSUAA's tokens
 */
export function issueIdentityToken(
  service: IdentityService,
  options: IssueTokenOptions
): Promise<string> {
  refuseOptionsOfXsuaa(options)
  const { landscape, tenant, issuer } = service
  const application = resolveApplication(tenant, options.client)
  const { user, grant = user === undefined ? 'client_credentials' : 'password' } = options
  const claims =
    grant === 'client_credentials'
      ? technicalClaims(application, resolveTenant(landscape, options.tenant))
      : claimsFor(service, application, resolveUser(landscape, user, options.tenant))
  const { certificate } = application
  const bound = certificate && { cnf: { 'x5t#S256': thumbprint(certificate.cert) } }
  const dependency = application.dependencies.get('')
  const content = dependency ? providerClaims(claims, dependency) : claims
  const lifetime = options.expiresIn ?? tenant.tokenValidity
  return issuer.sign({ ...content, ...bound, ...options.claims }, lifetime)
}

/** Refuses options without an effect: a test with them would prove nothing. */
function refuseOptionsOfXsuaa({ attributes, scopes }: IssueTokenOptions): void {
  if (!attributes && !scopes) return
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    attributes
      ? 'issueToken has "attributes" for tokens of XSUAA only: in those of Identity Authentication, attributes are "claims"'
      : 'issueToken has "scopes" for tokens of XSUAA only: those of Identity Authentication have none'
  )
}

/** @throws EmulatorError `ERR_EMULATOR_OPTIONS` */
export function resolveApplication(
  { application, applications }: IdentityTenant,
  name: string | undefined
): IdentityApplication {
  if (name === undefined) return application
  const found = applications.find((each) => each.name === name || each.id === name)
  if (found) return found
  const known = applications.flatMap((each) => each.name || []).join(', ') || '(none)'
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `there is no application "${name}" in identity.applications, only ${known}`
  )
}
