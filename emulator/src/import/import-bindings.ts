import type { CredentialType, EmulatorOptions } from '../types.js'
import { asJson, asList, type Json } from './exports/read-file.js'
import { isName } from './names.js'

/** The options that follow from the bound services. */
export type ImportedBindings = Pick<
  EmulatorOptions,
  'credentialTypes' | 'identity' | 'jobScheduler' | 'credentialStore'
> & { xsappname?: string }

/** The services that have a part in every landscape. */
const OWN = ['xsuaa', 'destination', 'connectivity'] as const

const CREDENTIAL_TYPES: Readonly<Record<string, CredentialType>> = {
  'binding-secret': 'binding-secret',
  'instance-secret': 'binding-secret',
  x509: 'x509',
  x509_attested: 'x509_attested'
}

/**
 * Imports the kind of the bound services. Of their credentials, the type and the name of the application are all that is read.
 *
 * @param limits - gets a sentence for each service that is not emulated
 */
export function importBindings(vcap: Json, limits: string[]): ImportedBindings {
  const services = Object.entries(vcap).map(([label, list]) => ({
    label,
    bindings: asList(list).map(asJson)
  }))
  const of = (label: string) => services.find((each) => each.label === label)?.bindings ?? []
  const types = OWN.flatMap((label) => {
    const type = credentialType(asJson(of(label)[0]?.['credentials']))
    return type && type !== 'binding-secret' ? [[label, type] as const] : []
  })
  const xsappname = nameOfApplication(of('xsuaa'))
  for (const { label, bindings } of services) limits.push(...bindingLimits(label, bindings))
  return {
    ...(types.length && { credentialTypes: Object.fromEntries(types) }),
    ...identityOf(of('identity')),
    ...schedulerOf(of('jobscheduler')),
    ...storeOf(of('credstore')),
    ...(xsappname && { xsappname })
  }
}

function credentialType(credentials: Json): CredentialType | undefined {
  const type = credentials['credential-type']
  return typeof type === 'string' && Object.hasOwn(CREDENTIAL_TYPES, type)
    ? CREDENTIAL_TYPES[type]
    : undefined
}

function nameOfApplication(bindings: readonly Json[]): string | undefined {
  const { xsappname } = asJson(bindings[0]?.['credentials'])
  const name = typeof xsappname === 'string' ? xsappname.replace(/![a-z]\d+$/, '') : undefined
  return isName(name) && /^[\w-]+$/.test(name) ? name : undefined
}

function identityOf([binding]: readonly Json[]): Pick<EmulatorOptions, 'identity'> {
  if (!binding) return {}
  const hasCertificate = 'certificate' in asJson(binding['credentials'])
  return { identity: hasCertificate ? { credentialType: 'X509_GENERATED' } : true }
}

function schedulerOf([binding]: readonly Json[]): Pick<EmulatorOptions, 'jobScheduler'> {
  if (!binding) return {}
  const instance = binding['instance_name'] ?? binding['name']
  return { jobScheduler: isName(instance) ? { instance } : true }
}

function storeOf([binding]: readonly Json[]): Pick<EmulatorOptions, 'credentialStore'> {
  if (!binding) return {}
  const credentials = asJson(binding['credentials'])
  const isBasic = !('certificate' in credentials) && 'password' in credentials
  const isOAuth = 'certificate' in credentials && 'oauth_token_url' in credentials
  const authentication = isBasic ? 'basic' : isOAuth ? 'oauth:mtls' : undefined
  return { credentialStore: authentication ? { authentication } : true }
}

const EMULATED = new Set<string>([
  ...OWN,
  'identity',
  'jobscheduler',
  'credstore',
  'zero-trust-identity'
])

function bindingLimits(label: string, bindings: readonly Json[]): string[] {
  const service = isName(label) ? `service "${label}"` : 'a service whose name is not one'
  if (!EMULATED.has(label)) return [`${service} is not emulated`]
  const names = bindings.slice(1).map(({ name }) => (isName(name) ? `"${name}"` : '(unnamed)'))
  const others = names.length
    ? [`${service}: only the first binding was taken, not ${names.join(', ')}`]
    : []
  const hasPolicies = bindings.some(
    ({ credentials }) => 'authorization_instance_id' in asJson(credentials)
  )
  const policies = hasPolicies
    ? [`${service}: authorization policies need "identity.authorization" with their folder`]
    : []
  return [...others, ...policies]
}
