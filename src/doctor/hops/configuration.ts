import { checkKeys } from '../../configuration/check-keys.js'
import { effectiveKindProblem } from '../../configuration/check-kind.js'
import { authenticatesRequests, servicesOnBehalf } from '../../lib/adoption.js'
import { ConfigurationError } from '../../errors.js'
import { bindingsOf } from '../../options.js'
import { isAgent } from '../../remote/agents/kinds.js'
import { checkAgentOptions } from '../../remote/agents/refusals.js'
import { withoutAddress } from '../../remote/policy/caller.js'
import { carriesUser } from '../../remote/policy/options.js'
import { checkedPolicy } from '../../remote/start-checks.js'
import type { Json } from '../exports.js'
import type { Facts } from '../facts.js'
import { brokenBy, doubtful, type Finding, right, unseen } from '../row.js'
import type { UsedService } from '../look-ups.js'

const CORRECT = 'Correct it in package.json or .cdsrc.json.'

/** Looks at `cds.requires`: names, kinds, options, and what they decide about calls. */
export function configurationFindings(facts: Facts): Finding[] {
  const { requires, services } = facts
  const inUse = authenticatesRequests(requires) || servicesOnBehalf(requires).length > 0
  if (!inUse && facts.options.requires === undefined && !services.some(isConfigured)) {
    return [
      unseen(
        'cds.requires',
        'no configuration is known here',
        'Add --requires <file>, or --project <folder>.'
      )
    ]
  }
  return [
    authFinding(facts),
    ...services.filter(isConfigured).map((each) => serviceFinding(each, requires))
  ]
}

/** True if the service comes from the configuration, and not from an export of destinations. */
function isConfigured({ options }: UsedService): boolean {
  return Object.keys(options).length > 0
}

function authFinding({ requires, auth, root, bindings }: Facts): Finding {
  const subject = 'cds.requires.auth'
  try {
    checkKeys({ auth: requires['auth'], kinds: requires['kinds'] })
    const problem = effectiveKindProblem(requires, root)
    if (problem) return brokenBy(subject, new ConfigurationError(problem), CORRECT)
    if (authenticatesRequests(requires) && bindings?.length) bindingsOf(auth, requires)
    return right(subject, `kind "${auth.kind}"`)
  } catch (error) {
    return brokenBy(subject, error, CORRECT)
  }
}

function serviceFinding({ name, options }: UsedService, requires: Json): Finding {
  const subject = `cds.requires.${name}`
  try {
    checkNames(name, requires)
    if (isAgent(options)) checkAgentOptions(name, options)
    const { onBehalfOf, clients } = checkedPolicy(name, options)
    if (carriesUser(onBehalfOf) && isWithoutAddress(options)) throw withoutAddress(name)
    const { destination, forwardAuthToken } = options.credentials ?? {}
    if (destination && forwardAuthToken) return forwardedInVain(subject, destination)
    const through = clients ? `, for clients ${clients.join(' or ')}` : ''
    return right(subject, `called as ${onBehalfOf ?? 'the destination says'}${through}`)
  } catch (error) {
    return brokenBy(subject, error, CORRECT)
  }
}

/** CAP mocks a service without credentials. One with a binding that is not known here gets its address from there. */
function isWithoutAddress({ credentials, vcap, binding }: UsedService['options']): boolean {
  return Boolean(credentials && !credentials.destination && !credentials.url) && !vcap && !binding
}

function forwardedInVain(subject: string, destination: string): Finding {
  const fix = `Set the property "HTML5.ForwardAuthToken" of destination "${destination}", or use "url" in place of it.`
  return doubtful(subject, '"forwardAuthToken" has no effect with a "destination"', fix)
}

/** Checks the names in one service. The others are left out where one of them is wrong, so that each has its own row. */
function checkNames(name: string, requires: Json): void {
  try {
    checkKeys(requires)
  } catch {
    checkKeys({ kinds: requires['kinds'], [name]: requires[name] })
  }
}
