import { PrincipalError } from '../../errors.js'
import { redact } from '../../lib/redact.js'
import { planCall } from './planned-call.js'
import type { Principal } from '../../user/principal.js'
import { callingServices, type CallingOptions } from '../codes/service-facts.js'
import type { Project } from '../project/project.js'

/** Principal that a required service would be called as. */
export interface Call {
  readonly service: string
  readonly onBehalfOf: string | undefined
  /** `refused` with a code, `unknown` where it can't be told from here. */
  readonly as: 'named user' | 'technical user' | 'refused' | 'unknown'
  readonly code?: string
  /** Destination, or the reason. */
  readonly details: string
}

/**
 * Returns who each required service would be called as in a request of the principal. No service is called.
 *
 * @param tenant - of the request
 * @internal
 */
export async function callsAs(
  principal: Principal,
  tenant: string | undefined,
  project: Project
): Promise<Call[]> {
  const calls: Call[] = []
  for (const [service, options] of callingServices(project)) {
    const { onBehalfOf } = options
    const common = { service, onBehalfOf: typeof onBehalfOf === 'string' ? onBehalfOf : undefined }
    calls.push({ ...common, ...(await decision(service, options, principal, tenant)) })
  }
  return calls
}

type Decision = Pick<Call, 'as' | 'code' | 'details'>

async function decision(
  service: string,
  options: CallingOptions,
  principal: Principal,
  tenant: string | undefined
): Promise<Decision> {
  const name = options.credentials?.destination
  const url = options.credentials?.url
  if (!name && !url) return { as: 'unknown', details: 'it has no address here' }
  try {
    const { destination, user, exchanged } = await planCall(service, options, principal, tenant)
    const { authentication = 'none' } = destination
    const target = name ? `destination ${name}` : 'the URL of its credentials'
    const untried =
      user && exchanged ? `; the exchange of its token (${user.issuer}) was not tried` : ''
    const details = `${target}, Authentication ${authentication}${untried}`
    return { as: user ? 'named user' : 'technical user', details }
  } catch (error) {
    if (!(error instanceof PrincipalError)) return { as: 'unknown', details: reasonOf(error) }
    const { code, explanation } = error
    return { as: 'refused', code, details: explanation.cause }
  }
}

function reasonOf(error: unknown): string {
  return redact(error instanceof Error ? error.message : String(error)).slice(0, 200)
}
