import type { Project } from '../project/project.js'
import { startChecks } from './configuration-facts.js'
import { exposedSystems } from './exposed-systems.js'
import { acceptedSchemes, exchanges, issuers, tenantMode, trustList } from './issuer-facts.js'
import { conditions, foreignGrants, roles } from './model-facts.js'
import { destinations, platformServices, queues, requiredServices } from './service-facts.js'
import type { Fact } from './fact.js'

type Facts = (project: Project) => readonly Fact[] | Promise<readonly Fact[]>

/** Facts by the beginning of a code, without `ERR_`. A code has those of all lines that fit. */
const FACTS: readonly (readonly [prefix: string, facts: Facts])[] = [
  ['', authentication],
  ['CONFIGURATION', startChecks],
  ['REQUEST', acceptedSchemes],
  ['SCHEME', acceptedSchemes],
  ['CREDENTIALS', acceptedSchemes],
  ['TOKEN_', issuers],
  ['ISSUER', issuers],
  ['TOKEN_AUDIENCE', trustList],
  ['TOKEN_AUDIENCE', foreignGrants],
  ['TOKEN_TENANT', tenantMode],
  ['TOKEN_EXCHANGE', exchanges],
  ['TOKEN_EXPIRES', requiredServices],
  ['ROLE', roles],
  ['GRANT', foreignGrants],
  ['WRITE', conditions],
  ['EXPAND', conditions],
  ['RESTRICTION', conditions],
  ['USER', requiredServices],
  ['USER', destinations],
  ['TENANT', requiredServices],
  ['CLIENT', requiredServices],
  ['QUEUED', requiredServices],
  ['QUEUED', queues],
  ['DESTINATION', requiredServices],
  ['DESTINATION', destinations],
  ['DESTINATION', platformServices],
  ['REMOTE', requiredServices],
  ['REMOTE', destinations],
  ['REMOTE_CLOUD', exposedSystems],
  ['REMOTE_NOT', exposedSystems],
  ['REMOTE_PROXY', platformServices],
  ['REMOTE_CLOUD', platformServices]
]

/** Returns what of a project has to do with a code. @internal */
export async function factsFor(code: string, project: Project): Promise<Fact[]> {
  const fitting = FACTS.filter(([prefix]) => code.startsWith(`ERR_${prefix}`))
  const found = await Promise.all(fitting.map(async ([, facts]) => facts(project)))
  return found.flat()
}

/** Returns the kind of authentication that is in effect, by which profiles, and where bindings come from. */
function authentication({ auth, profiles, bindings, landscape }: Project): Fact[] {
  const bound = Object.keys(bindings).map((name) => NAMES[name as keyof typeof NAMES])
  const origin = landscape ? ' (of the landscape that runs)' : ''
  return [
    { name: 'authentication', values: [`kind "${auth.kind}"`] },
    { name: 'profiles', values: [profiles.join(', ')] },
    { name: 'bound', values: bound.length ? [`${bound.join(', ')}${origin}`] : ['no issuer'] }
  ]
}

const NAMES = { xsuaa: 'XSUAA', ias: 'Identity Authentication' } as const
