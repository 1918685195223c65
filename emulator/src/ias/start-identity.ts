import { randomUUID } from 'node:crypto'
import { createServer } from 'node:https'
import { serveApi } from '../http/api-server.js'
import { EMULATOR_TAG } from '../http/assert-local.js'
import {
  withClientCertificates,
  type LandscapeCertificates
} from '../certificates/landscape-certificates.js'
import type { Landscape } from '../landscape/landscape.js'
import { listen, type Listener } from '../http/listener.js'
import type { Observation } from '../http/api-server.js'
import type { ServiceBinding } from '../types.js'
import { AuthorizationCodes } from '../xsuaa/authorize/authorization-codes.js'
import { Sessions } from '../xsuaa/authorize/sessions.js'
import { RefreshTokens } from '../xsuaa/refresh-tokens.js'
import { SigningKeys } from '../xsuaa/signing-keys.js'
import {
  CODE_VALID_MS,
  type IdentityAuthorization,
  type LogOn,
  SESSION_COOKIE
} from './authorize/log-on.js'
import { BUNDLES } from './documents/authorization-bundle.js'
import { createIdentityHandler, identityEndpoint } from './identity-handler.js'
import { createIdentityIssuer } from './identity-issuer.js'
import type { IdentityService } from './identity-service.js'
import { serviceProvider } from '../saml/service-provider.js'
import type { OwnIssuer } from '../saml/trust.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'
import { EndedSessions } from './tokens/ended-sessions.js'
import { OpaqueTokens } from './tokens/opaque-tokens.js'
import { resolveApplication } from './tokens/issue-identity-token.js'
import type { IdentityApplication, IdentityTenant } from './identity-tenant.js'

/** Identity Authentication, listening. */
export interface Identity {
  service: IdentityService
  keys: SigningKeys
  listener: Listener
  /** Returns the binding of the bound application, or of another one. */
  binding: (application?: IdentityApplication) => ServiceBinding
  /** @throws EmulatorError `ERR_EMULATOR_OPTIONS` for another application that there is not */
  bindingOf: (name: string) => ServiceBinding
}

/** The parts of the landscape that the tenant knows. */
export interface IdentityNeighbours {
  landscape: Landscape
  certificates: LandscapeCertificates
  saml: OwnIssuer
  xsuaa: TokenIssuer
}

/** Starts the tenant on a port of its own, with a key of its own. */
export async function startIdentity(
  tenant: IdentityTenant,
  { landscape, certificates, saml, xsuaa }: IdentityNeighbours,
  observation: Omit<Observation, 'endpointOf'>
): Promise<Identity> {
  for (const application of tenant.applications) {
    if (application.secret !== undefined) continue
    application.certificate = await certificates.bindings.issue(application.id)
  }
  const keys = await SigningKeys.create()
  const server = createServer(withClientCertificates(certificates))
  const listener = await listen(server)
  const issuer = createIdentityIssuer(keys, listener.port, landscape.clock)
  const { entityId, recipients } = serviceProvider(landscape, xsuaa, landscape.tenant)
  const subaccount = { entityId, recipient: recipients[0] ?? '' }
  const stores = createStores(landscape)
  const service = { landscape, tenant, issuer, ...stores, saml, subaccount }
  serveApi(server, { ...observation, endpointOf: identityEndpoint }, createIdentityHandler(service))
  const guid = randomUUID()
  const binding = (application = tenant.application) => createBinding(service, application, guid)
  const bindingOf = (name: string) => binding(resolveApplication(tenant, name))
  return { service, keys, listener, binding, bindingOf }
}

function createStores({ clock }: Landscape) {
  return {
    refreshTokens: new RefreshTokens(clock),
    opaqueTokens: new OpaqueTokens(clock),
    sessions: new Sessions<LogOn>(clock, SESSION_COOKIE),
    codes: new AuthorizationCodes<IdentityAuthorization>(clock, CODE_VALID_MS),
    endedSessions: new EndedSessions()
  }
}

/** Creates a binding with BTP's property names. */
function createBinding(
  { landscape, issuer, tenant }: IdentityService,
  { id, name, instanceId, secret, certificate }: IdentityApplication,
  binding_guid: string
): ServiceBinding {
  const { host } = new URL(issuer.url)
  const label = 'identity'
  const instance_name = name || `emulated-${label}`
  return {
    ...{ label, name: instance_name, plan: 'application', tags: [label, EMULATOR_TAG] },
    ...{ instance_guid: instanceId, instance_name, binding_guid, binding_name: null },
    credentials: {
      clientid: id,
      ...(certificate
        ? {
            certificate: certificate.cert,
            key: certificate.key,
            'credential-type': 'X509_GENERATED'
          }
        : { clientsecret: secret, 'credential-type': 'SECRET' }),
      url: issuer.url,
      domain: host,
      domains: [host],
      app_tid: landscape.tenant,
      ...(tenant.policies !== undefined && {
        authorization_instance_id: instanceId,
        authorization_bundle_url: `${issuer.url}${BUNDLES}`
      })
    }
  }
}
