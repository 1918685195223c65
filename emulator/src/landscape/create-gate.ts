import type { GateContext } from '../connectivity/gate.js'
import { createPrincipals } from '../connectivity/principal.js'
import type { PropagationSettings } from '../connectivity/cloud-connector-options.js'
import type { LandscapeCertificates } from '../certificates/landscape-certificates.js'
import type { SubjectPattern } from '../certificates/subject-pattern.js'
import type { TokenService } from '../xsuaa/grants/token-service.js'
import type { Landscape } from './landscape.js'
import type { OnPremise } from './on-premise.js'

/** The parts of a landscape that the rules come from. */
interface GateParts {
  propagation: PropagationSettings
  landscape: Landscape
  subjectPattern: SubjectPattern
  certificates: LandscapeCertificates
  onPremise: OnPremise
}

/** Returns the rules that the HTTP proxy and the SOCKS5 proxy check. */
export function createGate(
  { propagation, landscape, subjectPattern, certificates, onPremise }: GateParts,
  { issuer, identity }: TokenService
): GateContext {
  const { validMinutes, expirationTolerance } = propagation
  const { cloudConnector } = certificates
  return {
    issuer,
    client: landscape.clients.connectivity,
    identity: identity?.issuer,
    audience: identity?.tenant.services.get('connectivity'),
    systemsOf: onPremise.systemsOf,
    principals: createPrincipals(cloudConnector, subjectPattern, landscape.clock, validMinutes),
    expirationTolerance
  }
}
