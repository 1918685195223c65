import type { Service } from '@sap-cloud-sdk/connectivity'

import { checkBinding } from '../../destination/binding/check-binding.js'
import { certificateFinding } from './certificates.js'
import { asJson } from '../exports.js'
import { noteOnPlatform } from '../../lib/profile.js'
import type { Facts } from '../facts.js'
import { needsDestinationService } from '../look-ups.js'
import { broken, brokenBy, doubtful, type Finding, right, unseen } from '../row.js'

/** Properties of issuers' bindings that tokens are checked with. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  xsuaa: ['clientid', 'xsappname', 'uaadomain', 'url'],
  identity: ['clientid', 'url', 'domains']
}

const BIND_AGAIN =
  'Create the binding again (cf unbind-service, cf bind-service, cf restage), and export the environment once more.'

/** Looks at the bindings: which are there, which are missing, which are complete, and until when those of other services are valid. */
export function bindingFindings(facts: Facts): Finding[] {
  const { bindings, noBindings } = facts
  if (!bindings) return [unseen('bindings', ...noBindings)]
  return [...missingBindings(facts), ...bindings.flatMap(completeness), ...otherEnds(facts)]
}

/** Returns the ends of certificates of other clients in the configuration, such as those of reuse services. */
function otherEnds({ requires, bindings = [] }: Facts): Finding[] {
  const seen = new Set(bindings.map(({ credentials }) => credentials.clientid))
  return Object.entries(requires).flatMap(([name, options]) => {
    const credentials = asJson(asJson(options)['credentials'])
    const path = `cds.requires.${name}`
    const clients = { [path]: credentials, [`${path}.credentials.uaa`]: asJson(credentials['uaa']) }
    return Object.entries(clients).flatMap(([title, { clientid, certificate }]) => {
      if (typeof certificate !== 'string' || seen.has(String(clientid))) return []
      seen.add(String(clientid))
      return [certificateFinding(`${title}, X.509`, certificate, BIND_AGAIN)]
    })
  })
}

/** True if the binding has everything that a token needs. */
export function isComplete(service: Service): boolean {
  return completeness(service).every(({ state }) => state !== 'mend')
}

/** Returns how a binding is called in the report. */
export function titleOf({ label, name }: Service): string {
  return `${label} "${name}"`
}

function missingBindings(facts: Facts): Finding[] {
  const { bindings = [], auth, services, destinations, isOnline } = facts
  const has = (label: string) => bindings.some((each) => each.label === label)
  const found: Finding[] = []
  if (!has('xsuaa') && !has('identity') && !Object.keys(auth.issuers ?? {}).length) {
    const cause = 'neither XSUAA nor Identity Authentication is bound, so no token is accepted'
    const finding = missing('xsuaa', cause, 'ERR_CONFIGURATION')
    found.push({ ...finding, fix: `${String(finding.fix)}${isOnline ? noteOnPlatform() : ''}` })
  }
  const named = services.find((each) => needsDestinationService(each, destinations))
  if (named && !has('destination')) {
    // a doubt only, as at the start: what the code of the application registers is not seen here
    const cause =
      `no Destination service is bound, and "${named.name}" names a destination: its calls fail, ` +
      'unless the application registers it, or a bound service has its name'
    found.push(missing('destination', cause, 'ERR_DESTINATION_NOT_FOUND', doubtful))
  }
  const onPremise = [...destinations.values()].find(
    ({ configuration }) => configuration?.['ProxyType'] === 'OnPremise'
  )
  if (onPremise && !has('connectivity')) {
    const cause = `no Connectivity service is bound, and destination "${onPremise.name}" is on premise`
    found.push(missing('connectivity', cause, 'ERR_DESTINATION_UNAVAILABLE'))
  }
  return found
}

function missing(
  label: string,
  cause: string,
  code: NonNullable<Finding['code']>,
  finding = broken
): Finding {
  const plan = { xsuaa: 'application', connectivity: 'lite', destination: 'lite' }[label] ?? ''
  const fix =
    `Bind an instance of service "${label}" to the application ` +
    `(cf create-service ${label} ${plan} <name>, cf bind-service <app> <name>, or "requires" in mta.yaml; ` +
    'on Kyma a ServiceInstance and a ServiceBinding, whose secret is mounted in the folder of SERVICE_BINDING_ROOT).'
  return finding(label, cause, fix, {
    sent: 'no binding',
    expected: `a binding of "${label}"`,
    code
  })
}

function completeness(service: Service): Finding[] {
  const title = titleOf(service)
  const { label, credentials } = service
  try {
    checkBinding(label, service)
  } catch (error) {
    return [brokenBy(title, error, BIND_AGAIN)]
  }
  const absent = REQUIRED[label]?.find((name) => !credentials[name])
  if (absent) return [broken(title, `the binding has no "${absent}"`, BIND_AGAIN, MISSING_KEY)]
  return [secretFinding(title, service), ...certificatesOf(title, service)]
}

const MISSING_KEY = { code: 'ERR_CONFIGURATION' } as const

function secretFinding(title: string, { credentials }: Service): Finding {
  const { clientsecret, certificate, key, 'credential-type': type } = credentials as Secrets
  if (clientsecret) return right(title, 'complete, with a client secret')
  if (certificate && key) return right(title, 'complete, with an X.509 certificate')
  if (type === 'x509_attested' || type === 'X509_ATTESTED') {
    return right(title, 'complete; its certificate comes from the workload (x509_attested)')
  }
  return broken(title, 'the binding has no key, so it can get no token', BIND_AGAIN, {
    sent: 'neither',
    expected: '"clientsecret", or "certificate" and "key"',
    code: 'ERR_DESTINATION_UNAVAILABLE'
  })
}

/** Parts of credentials that prove who the client is. */
type Secrets = Readonly<
  Partial<Record<'clientsecret' | 'certificate' | 'key' | 'credential-type', string>>
>

function certificatesOf(title: string, { credentials }: Service): Finding[] {
  const { certificate } = credentials as Secrets
  return certificate ? [certificateFinding(`${title}, X.509`, certificate, BIND_AGAIN)] : []
}
