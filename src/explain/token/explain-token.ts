import { type PrincipalError, TokenError } from '../../errors.js'
import { principalOf } from '../../user/principal-of.js'
import { TokenUser } from '../../user/token-user.js'
import { openProject, type Project, type ProjectOptions } from '../project/project.js'
import type { Report } from '../report.js'
import { type Access, accessOf } from './access.js'
import { type Call, callsAs } from './calls.js'
import { type CheckedToken, checkToken } from './check-token.js'
import { claimRows } from './claim-rows.js'
import { tokenIn } from './pasted.js'
import { textOfMalformed, textOfToken, type ShownFailure } from './print-token.js'
import { readToken, tokenOf } from './read-token.js'

/** Options of `cds-principal explain token`. */
export interface TokenOptions extends ProjectOptions {
  /** User of the landscape that runs, whose token is explained. */
  readonly as?: string | undefined
  /** True to show the name of the user and the values of attributes. */
  readonly values?: boolean | undefined
}

/**
 * Explains a token: its claims with the checks that the application makes, what its user may do, and who calls would go out
 * as. The token itself comes into no output and no file.
 *
 * @throws Error when there is no token
 * @throws {@link ConfigurationError} if the project's issuers can't be used
 * @internal
 */
export async function explainToken(options: TokenOptions): Promise<Report> {
  const project = await openProject(options)
  const pasted = options.as ? await tokenOf(options.as, project.root) : await readToken()
  const { bearerToken, hints } = tokenIn(pasted)
  let checked: CheckedToken
  try {
    checked = await checkToken(bearerToken, project)
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    return malformed(error, hints)
  }
  const withValues = options.values === true
  const data = {
    accepted: checked.accepted !== undefined,
    issuer: checked.trusted?.issuer.alias,
    hints,
    failures: checked.failures.map(shown),
    claims: claimRows(checked, project, { user: withValues || Boolean(options.as), withValues }),
    ...(await consequences(bearerToken, checked, project, withValues))
  }
  return { explained: true, refused: !data.accepted, text: textOfToken(data), data }
}

/** Facts about the user of a token that its issuer has signed. */
interface Consequences {
  readonly services?: readonly Access[]
  readonly calls?: readonly Call[]
  /** Reason why something is left out. */
  readonly left?: string
}

async function consequences(
  bearerToken: string,
  { accepted, identity, trusted }: CheckedToken,
  project: Project,
  withValues: boolean
): Promise<Consequences> {
  if (!identity || !trusted) return { left: 'the signature of the token is not that of an issuer' }
  const user = new TokenUser({ identity, issuer: trusted.issuer, bearerToken })
  const asked = { id: user.id, tenant: identity.tenant, attr: user.attr, is: rolesOf(user) }
  const model = await project.model()
  const services = model instanceof Error ? undefined : accessOf(model, asked, withValues)
  const reasons = [
    ...(model instanceof Error ? [`the model can't be loaded here`] : []),
    ...(project.auth.ams && trusted.issuer.alias === 'ias' ? [WITHOUT_POLICIES] : [])
  ]
  const left = reasons.length ? { left: reasons.join('; ') } : {}
  if (!accepted) return { ...(services && { services }), ...left }
  const calls = await callsAs(principalOf(user), identity.tenant, project)
  return { ...(services && { services }), calls, ...left }
}

const WITHOUT_POLICIES =
  'roles that the policies of the user bring (AMS) are not known here: the application reads them for each request'

const rolesOf = (user: TokenUser) => (role: string) => user.is(role)

function shown({ code, explanation }: PrincipalError): ShownFailure {
  const { cause, sent, expected, fix } = explanation
  return { code, cause, sent, expected, fix }
}

function malformed(error: PrincipalError, hints: readonly string[]): Report {
  const failure = shown(error)
  const data = { accepted: false, hints, failures: [failure], claims: [] }
  return { explained: false, text: textOfMalformed(failure, hints), data }
}
