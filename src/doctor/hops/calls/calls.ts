import { randomUUID } from 'node:crypto'

import { PrincipalError } from '../../../errors.js'
import { isUserBound } from '../../../destination/authentication-types.js'
import type { Principal } from '../../../user/principal.js'
import { HttpFailure } from '../../../remote/http/send.js'
import { carriesUser } from '../../../remote/policy/options.js'
import { asJson } from '../../exports.js'
import type { Facts } from '../../facts.js'
import { broken, brokenBy, doubtful, type Finding, right, type Row, unseen } from '../../row.js'
import { destinationTitle } from '../destinations.js'
import { skewFinding } from './clock.js'
import { isOData, pathOf, readOnce } from './read-once.js'
import { userSeenBySystem } from './seen-by-system.js'
import type { Session } from './session.js'
import type { UsedService } from '../../look-ups.js'

/** Results of the calls to all services. */
export interface CallFindings {
  /** Proxy, Cloud Connector, location id, path. */
  readonly connection: readonly Finding[]
  /** Calls as the user of the token. */
  readonly asYou: readonly Finding[]
  /** Differences of clocks. */
  readonly clocks: readonly Finding[]
}

const TRY =
  'Add --probe for one read as the technical user, or --token (or --as <user>) for one as you.'

/** The technical user of the provider. */
const TECHNICAL: Principal = { kind: 'technical', origin: 'privileged', tenant: undefined }

/**
 * Calls each service once, with a read that changes nothing.
 *
 * @param earlier - rows of the hops before: a service with something to mend there is not called
 */
export async function callFindings(
  facts: Facts,
  session: Session | undefined,
  earlier: readonly Row[]
): Promise<CallFindings> {
  const connection: Finding[] = []
  const asYou: Finding[] = []
  const clocks: Finding[] = []
  for (const service of facts.services) {
    const userBound = isCalledAsUser(service, facts)
    const reason =
      hiddenBy(service, facts, earlier) ?? reasonNotToCall(service, facts, session, userBound)
    const title = `"${service.name}"`
    if (reason) {
      connection.push(unseen(title, reason[0], reason[1]))
      if (userBound) asYou.push(unseen(title, reason[0], reason[1]))
      continue
    }
    const call = await callOnce(service, facts, userBound ? session : undefined, session?.tenant)
    connection.push(call.connection)
    if (userBound) asYou.push(call.answer)
    if (call.clock) clocks.push(call.clock)
  }
  return { connection, asYou, clocks }
}

function isCalledAsUser({ name, options }: UsedService, { destinations }: Facts): boolean {
  const { onBehalfOf } = options
  if (onBehalfOf !== undefined && onBehalfOf !== null) return carriesUser(onBehalfOf as never)
  const { configuration = {} } = destinations.get(name) ?? {}
  return isUserBound({
    authentication: String(configuration['Authentication']),
    forwardAuthToken: configuration['HTML5.ForwardAuthToken'] === 'true'
  })
}

/** Returns the row with something to mend that would make the call fail. */
function hiddenBy(
  { name, destination }: UsedService,
  { destinations }: Facts,
  earlier: readonly Row[]
): [string, string?] | undefined {
  const proxyType = destinations.get(name)?.configuration?.['ProxyType']
  const concerns = ({ hop, subject, services = [name] }: Row) => {
    if (subject === `cds.requires.${name}`) return true
    if (destination === undefined) return false
    if (hop === 'destinations')
      return subject === destinationTitle(destination) && services.includes(name)
    const labels = proxyType === 'OnPremise' ? /^(destination|connectivity)\b/ : /^destination\b/
    return (hop === 'bindings' || hop === 'tokens') && labels.test(subject)
  }
  const row = earlier.find((each) => each.state === 'mend' && concerns(each))
  return row && [`not called: first mend ${row.hop}, ${row.subject}`]
}

function reasonNotToCall(
  { name, destination }: UsedService,
  { isOnline, options, destinations, token }: Facts,
  session: Session | undefined,
  userBound: boolean
): [string, string?] | undefined {
  if (!isOnline)
    return ['only read: nothing was called', 'Run it where the application is, without files.']
  if (token === undefined && !options.probe) return ['not called', TRY]
  if (userBound && !session) {
    return token === undefined
      ? ['not called: it carries a user', 'Add --token (or --as <user>).']
      : ['not called: your token is not accepted']
  }
  if (destination !== undefined && !destinations.get(name)?.configuration) {
    return ['not called: its destination could not be read']
  }
  return undefined
}

interface Called {
  readonly connection: Finding
  readonly answer: Finding
  readonly clock?: Finding | undefined
}

async function callOnce(
  service: UsedService,
  { isLandscape }: Facts,
  session: Session | undefined,
  tenant: string | undefined
): Promise<Called> {
  const title = `"${service.name}"`
  const who = session ? 'you' : 'the technical user'
  const url = pathOf(service)
  const id = randomUUID()
  const start = Date.now()
  try {
    const response = await readOnce(service, session?.principal ?? TECHNICAL, tenant, { url, id })
    const duration = Date.now() - start
    const made = { correlationId: id, service: service.name, duration }
    const user = isLandscape && session ? await userSeenBySystem(made) : undefined
    return {
      connection: right(title, `GET ${url} as ${who}: the system answers`),
      answer: acceptedFinding(title, response.status, user),
      clock: clockFinding(service, asJson(response.headers))
    }
  } catch (error) {
    return failed(service, `GET ${url} as ${who}`, session !== undefined, error)
  }
}

/** @param user - as the system in the landscape says it; others do not say */
function acceptedFinding(title: string, status: number, user?: string | null): Finding {
  const accepted = `the system accepts you (${status})`
  if (user === undefined) return right(title, `${accepted}; it does not say who you are there`)
  if (user !== null) return right(title, `${accepted}, and says that you are ${user}`)
  const fix = 'Set Authentication of the destination to PrincipalPropagation.'
  return broken(title, 'the call has reached the system without a user', fix, {
    sent: 'no user',
    expected: 'you',
    code: 'ERR_DESTINATION_TECHNICAL'
  })
}

/** Failures that are about the caller: the way to the system is right. */
const ABOUT_CALLER = new Set([
  'ERR_REMOTE_UNAUTHORIZED',
  'ERR_REMOTE_FORBIDDEN',
  'ERR_REMOTE_PRINCIPAL'
])

function failed(
  { name, options }: UsedService,
  call: string,
  isAsUser: boolean,
  error: unknown
): Called {
  const title = `"${name}"`
  const hidden = unseen(title, 'not seen: the call did not reach the service')
  if (error instanceof HttpFailure && error.status !== undefined) {
    if (isOData(options))
      return { connection: noService(title, call, error.status), answer: hidden }
    const connection = right(title, `${call}: the system answers (${error.status})`)
    return { connection, answer: right(title, 'the system does not refuse you') }
  }
  if (isGuessedRoot(call, error))
    return { connection: doubtful(title, ROOT_NOT_EXPOSED, NAME_PATH), answer: hidden }
  const finding = brokenBy(title, error, 'Look at the log of the application.')
  const code = error instanceof PrincipalError ? error.code : ''
  if (!isAsUser || !ABOUT_CALLER.has(code)) return { connection: finding, answer: hidden }
  return { connection: right(title, `${call}: the way to the system is right`), answer: finding }
}

const ROOT_NOT_EXPOSED =
  'the Cloud Connector exposes the system, and not its root, which was read as the service has no "path"'
const NAME_PATH =
  'Nothing to do if the application calls paths that are exposed; with "path" in its credentials, the service itself is read.'

/** True if only the root is not exposed, which is no path of the service: without one, there is nothing else to read. */
function isGuessedRoot(call: string, error: unknown): boolean {
  if (!(error instanceof PrincipalError) || error.code !== 'ERR_REMOTE_NOT_EXPOSED') return false
  return call.startsWith('GET / ') && error.explanation.sent === '/'
}

/** Finding about a system that answers, and not with the metadata of the service. */
function noService(title: string, call: string, status: number): Finding {
  const isPath = status === 404 || status === 400
  const cause = isPath ? 'the system does not know this path' : 'the system answers with an error'
  const fix = isPath
    ? 'Check "path" of the credentials, the URL of the destination, and that the service is active (/IWFND/MAINT_SERVICE).'
    : 'Look at the log of the system (in SAP systems /IWFND/ERROR_LOG).'
  return broken(title, `${call}: ${cause}`, fix, { sent: `answer ${status}`, expected: '200' })
}

/** Compares the clock of the system with that of this machine. */
function clockFinding(
  { name }: UsedService,
  headers: Readonly<Record<string, unknown>>
): Finding | undefined {
  return skewFinding(`clock of the system of "${name}"`, headers['date'])
}
