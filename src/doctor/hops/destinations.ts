import type { Destination } from '@sap-cloud-sdk/connectivity'

import {
  authenticationTypeOf,
  AUTHENTICATION_TYPES,
  isUserBound
} from '../../destination/authentication-types.js'
import { parseDestination } from '../../destination/look-up/parse.js'
import { assertForUser, assertNotCleartext, checkUsable } from '../../destination/resolve/check.js'
import { nearestName } from '../../lib/wording/closest.js'
import { isAgent } from '../../remote/agents/kinds.js'
import { handedOn } from '../../remote/agents/refusals.js'
import { technicalDestination, userBoundDestination } from '../../remote/policy/caller.js'
import { carriesUser, type OnBehalfOf } from '../../remote/policy/options.js'
import { certificateFinding } from './certificates.js'
import type { Facts } from '../facts.js'
import { locationFinding } from './location.js'
import type { SeenDestination, UsedService } from '../look-ups.js'
import { IN_COCKPIT, tokenServiceProblem, UNUSABLE } from './token-service.js'
import { broken, brokenBy, doubtful, type Finding, right, unseen } from '../row.js'

/** Findings about the destination of one service. */
interface Verdict {
  readonly service: UsedService
  readonly findings: readonly Finding[]
}

/**
 * Looks at every destination in use, and at services that are called without one. Services with the same findings share them;
 * where others of the destination have other ones, the findings name their services.
 */
export async function destinationFindings(facts: Facts): Promise<Finding[]> {
  const { services } = facts
  if (!services.length) {
    const fix = 'Add --requires <file> or --destinations <file>, or --project <folder>.'
    return [unseen('destinations', 'no service is known that is called', fix)]
  }
  const verdicts = (await Promise.all(services.map((each) => verdictFor(each, facts)))).flat()
  const direct = services.filter(({ destination }) => destination === undefined)
  return [...combined(verdicts), ...direct.flatMap(directFinding)]
}

async function verdictFor(service: UsedService, facts: Facts): Promise<Verdict[]> {
  const seen = facts.destinations.get(service.name)
  return seen ? [{ service, findings: await destinationFinding(seen, service, facts) }] : []
}

/** Joins the same findings of several services into one. */
function combined(verdicts: readonly Verdict[]): Finding[] {
  const groups = Map.groupBy(verdicts, ({ findings }) => JSON.stringify(findings))
  return [...groups.values()].flatMap((group) => {
    const services = group.map(({ service }) => service.name)
    const findings = group[0]?.findings ?? []
    const destination = group[0]?.service.destination
    const users = verdicts.filter(({ service }) => service.destination === destination)
    return users.length === group.length
      ? findings
      : findings.map((each) => ({ ...each, services }))
  })
}

/** Returns how a destination is called in the report. */
export function destinationTitle(name: string): string {
  return `destination "${name}"`
}

async function destinationFinding(
  seen: SeenDestination,
  user: UsedService,
  facts: Facts
): Promise<Finding[]> {
  const { name, configuration, reason, place, certificates } = seen
  const title = destinationTitle(name)
  if (!configuration) return [reason ? unseen(title, reason) : missing(seen, facts)]
  const parsed = await parse(configuration)
  const problems = [
    configurationProblem(title, configuration, parsed),
    tokenServiceProblem(title, configuration, user, facts),
    policyProblem(title, user, parsed),
    locationFinding(title, seen, facts)
  ]
  const problem = problems.find(isDefect) ?? problems.find(Boolean)
  const what = `${String(parsed.authentication)}, ${parsed.proxyType ?? 'Internet'}`
  const carries = isUserBound(parsed) ? 'carries the user' : 'a technical identity'
  const found = problem ?? right(title, `found in ${String(place)}: ${what}, ${carries}`)
  return [found, ...(isDefect(problem) ? [] : certificateFindings(title, certificates))]
}

/** True for a problem that makes calls fail: it comes before one that is a doubt only. */
function isDefect(problem: Finding | undefined): boolean {
  return problem?.state === 'mend'
}

async function parse(configuration: object): Promise<Destination> {
  const withDefaults = { Type: 'HTTP', ...configuration }
  return parseDestination({ destinationConfiguration: withDefaults as never }).catch(() => ({}))
}

function missing({ name, similar, missing: error }: SeenDestination, { services }: Facts): Finding {
  if (error) return brokenBy(destinationTitle(name), error, 'Create it in the subaccount.')
  const first = services.find(({ destination }) => destination === name)
  const option = `cds.requires.${first?.name ?? ''}.credentials.destination`
  const fix = similar
    ? `Did you mean "${similar}"? Correct ${option}.`
    : `Create it in the subaccount or the service instance, or correct ${option}.`
  return broken(destinationTitle(name), 'there is no destination of that name', fix, {
    sent: `"${name}"`,
    expected: similar && `"${similar}"`,
    code: 'ERR_DESTINATION_NOT_FOUND'
  })
}

/** Looks at the destination by itself. */
function configurationProblem(
  title: string,
  configuration: Readonly<Record<string, unknown>>,
  parsed: Destination
): Finding | undefined {
  const { URL: url } = configuration
  // as the Cloud SDK sees it: without one, user and password decide
  const { authentication } = parsed
  const userBound = isUserBound(parsed)
  if (!authenticationTypeOf(parsed) && !parsed.forwardAuthToken) {
    const similar = nearestName(String(authentication), Object.keys(AUTHENTICATION_TYPES))
    const details = { sent: String(authentication), expected: similar, ...UNUSABLE }
    return broken(title, 'its Authentication is not known', IN_COCKPIT, details)
  }
  if (typeof url !== 'string' || !URL.canParse(url)) {
    const details = { sent: typeof url === 'string' ? 'no URL' : 'none', ...UNUSABLE }
    return broken(title, 'its URL can not be used', IN_COCKPIT, { ...details, expected: 'a URL' })
  }
  try {
    checkUsable(parsed, userBound)
  } catch (error) {
    return brokenBy(title, error, IN_COCKPIT)
  }
  return schemeProblem(title, new URL(url), parsed)
}

function schemeProblem(title: string, { protocol }: URL, parsed: Destination): Finding | undefined {
  const { proxyType, authentication } = parsed
  if (proxyType === 'OnPremise' && protocol === 'https:') {
    const fix =
      'Write the virtual host with http:// in the URL of the destination; the Cloud Connector adds TLS on its side.'
    const details = { sent: 'https', expected: 'http', code: 'ERR_REMOTE_PROXY' } as const
    return broken(title, 'the Connectivity proxy takes http only', fix, details)
  }
  try {
    if (authentication !== 'NoAuthentication') assertNotCleartext(parsed)
  } catch {
    const cause = 'its credentials are sent over http'
    return doubtful(title, cause, 'Use https in its URL.', { sent: 'http', expected: 'https' })
  }
  return undefined
}

/** Compares the destination with `onBehalfOf` of a service that uses it. */
function policyProblem(
  title: string,
  { name, options }: UsedService,
  destination: Destination
): Finding | undefined {
  const onBehalfOf = options.onBehalfOf as OnBehalfOf | undefined
  if (!onBehalfOf) return handedOnProblem(title, options, destination)
  const userBound = isUserBound(destination)
  const target = { name, onBehalfOf } as Parameters<typeof technicalDestination>[0]
  const sent = String(destination.authentication)
  const by = (error: Error, expected: string) => ({
    ...brokenBy(title, error, IN_COCKPIT),
    sent,
    expected
  })
  if (!userBound && onBehalfOf === 'namedUser') {
    const expected =
      destination.proxyType === 'OnPremise' ? 'PrincipalPropagation' : 'a user token exchange'
    return by(technicalDestination(target, destination), expected)
  }
  if (userBound && !carriesUser(onBehalfOf)) {
    return by(userBoundDestination(target, destination), 'a technical type')
  }
  return handedOnProblem(title, options, destination)
}

/** Looks for an agent that would get the token of the request. */
function handedOnProblem(
  title: string,
  options: UsedService['options'],
  destination: Destination
): Finding | undefined {
  if (!destination.forwardAuthToken || !isAgent(options)) return undefined
  const details = { sent: 'forwardAuthToken', expected: 'a user token exchange' }
  return { ...brokenBy(title, handedOn({ destination }), IN_COCKPIT), ...details }
}

/** Services with a `url` in their credentials, or with a binding of their own. */
function directFinding({ name, options }: UsedService): Finding[] {
  const { url, forwardAuthToken } = options.credentials ?? {}
  if (!url) return []
  const title = `service "${name}"`
  try {
    if (forwardAuthToken) assertForUser({ ...options.credentials, name, url } as Destination)
    return [
      right(
        title,
        `has a url of its own, ${URL.canParse(url) ? new URL(url).protocol.slice(0, -1) : 'not absolute'}`
      )
    ]
  } catch (error) {
    return [brokenBy(title, error, 'Use https in its "url".')]
  }
}

const UPLOAD = 'Upload a new certificate in the BTP cockpit, and name it in the destination.'

function certificateFindings(
  title: string,
  certificates: readonly Readonly<Record<string, unknown>>[]
): Finding[] {
  return certificates.flatMap(({ Name: name, Content: content }) => {
    const subject = `${title}, ${String(name)}`
    if (typeof content !== 'string') {
      const cause = 'it names a key store or certificate that there is not'
      return [broken(subject, cause, UPLOAD, { sent: String(name), ...UNUSABLE })]
    }
    const text = decoded(content)
    if (!text.includes('BEGIN CERTIFICATE'))
      return [unseen(subject, 'a key store that only its password opens')]
    return [certificateFinding(subject, text, UPLOAD)]
  })
}

/** Returns the text of a certificate, which the Destination service encodes once more. */
function decoded(content: string): string {
  return content.includes('BEGIN') ? content : Buffer.from(content, 'base64').toString('utf8')
}
