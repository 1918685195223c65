import { randomBytes, randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { BindingCertificate } from '../certificates/binding-certificates.js'
import { EmulatorError } from '../emulator-error.js'
import type { LocatedOptions } from '../types.js'
import { closest } from '../xs-security/closest.js'
import {
  readCorporateIdentityProviders,
  type CorporateIdentityProvider
} from './corporate-identity-provider.js'
import { type IdentityClient, readClient } from './identity-client.js'
import {
  ACCESS_TOKEN_FORMATS,
  type AccessTokenFormat,
  CREDENTIAL_TYPES,
  REFRESH_USAGES,
  type RefreshUsageAfterRenewal,
  SUBJECTS,
  type IdentityApplicationOptions,
  type IdentityOptions,
  type SamlApplicationOptions,
  type SubjectNameIdentifier
} from './identity-options.js'

/** An application of Identity Authentication: an OAuth client. */
export interface IdentityApplication extends IdentityClient {
  /** The configured name; empty for the application that is bound. */
  name: string
  /** A GUID. */
  id: string
  /** GUID of the service instance. */
  instanceId: string
  /** `undefined` where it authenticates by mutual TLS. */
  secret: string | undefined
  /** Its certificate; it is there once the emulator listens. */
  certificate: BindingCertificate | undefined
  /** Further audiences of its user tokens. */
  audiences: readonly string[]
  /** The applications that it may call, by the name of the dependency. */
  dependencies: ReadonlyMap<string, Dependency>
  /** Seconds, 0 for none. */
  refreshTokenValidity: number
  /** The settings of a SAML 2.0 application in place of OpenID Connect; an empty object stands for the XSUAA of the landscape. */
  saml: Partial<SamlApplicationOptions> | undefined
}

/** The audience and the recipient of an assertion. */
export type SamlTarget = Pick<SamlApplicationOptions, 'entityId' | 'recipient'>

/** The audience and APIs of a token for another application. */
export interface Dependency {
  /** Client id of the provider. */
  provider: string
  apis: readonly string[]
}

/** The tenant before it listens; every id and secret is new. */
export interface IdentityTenant {
  /** The bound one. */
  application: IdentityApplication
  /** All, also the bound one. */
  applications: readonly IdentityApplication[]
  /** Client ids of consumed services of the platform, by the name of the service. */
  services: ReadonlyMap<string, string>
  /** Client id that XSUAA has as an application of this tenant. */
  xsuaa: string
  subject: SubjectNameIdentifier
  /** Seconds. */
  tokenValidity: number
  refreshUsage: RefreshUsageAfterRenewal
  /** `undefined`: JWTs, and opaque ones in exchange for a token of a corporate identity provider. */
  accessTokenFormat: AccessTokenFormat | undefined
  corporateIdentityProviders: readonly CorporateIdentityProvider[]
  /** Folder with authorization policies; `undefined` where they are not switched on. */
  policies: string | undefined
}

const REFRESH_SECONDS = 43_200

/**
 * Checks the options of the tenant.
 *
 * @returns nothing where it is not switched on
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function createIdentityTenant({
  identity,
  root
}: LocatedOptions): IdentityTenant | undefined {
  if (!identity) return undefined
  const options = identity === true ? {} : identity
  const policies = readAuthorization(options, root)
  const byDefault = policies === undefined ? 'SECRET' : 'X509_GENERATED'
  const { subjectNameIdentifier = 'userUuid', credentialType = byDefault } = options
  if (!SUBJECTS.includes(subjectNameIdentifier)) {
    fail('subjectNameIdentifier', subjectNameIdentifier, SUBJECTS)
  }
  if (!CREDENTIAL_TYPES.includes(credentialType)) {
    fail('credentialType', credentialType, CREDENTIAL_TYPES)
  }
  if (policies !== undefined && credentialType === 'SECRET') {
    fail('credentialType', credentialType, ['X509_GENERATED'])
  }
  const xsuaa = randomUUID()
  // the instances of the landscape are called so
  const serviceNames = (options.consumedServices ?? []).map((name) =>
    name.replace(/^emulated-/, '')
  )
  const services = new Map(serviceNames.map((name) => [name, randomUUID() as string]))
  const bySecret = credentialType === 'SECRET'
  const refreshTokenValidity = readRefreshValidity(options)
  const others = Object.entries(options.applications ?? {}).map(([name, other]) => ({
    ...createApplication(name, bySecret),
    ...readClient(`identity.applications.${name}`, other),
    refreshTokenValidity,
    saml: readSaml(name, other.saml)
  }))
  const application = {
    ...createApplication('', bySecret),
    ...readClient('identity', options),
    refreshTokenValidity,
    audiences: [...services.values(), ...(options.xsuaaCrossConsumption === false ? [] : [xsuaa])],
    dependencies: readDependencies(options, others)
  }
  for (const { name, dependencies } of others) {
    const { consumes = [] } = options.applications?.[name] ?? {}
    checkApis(`applications.${name}.consumes`, consumes, options.providedApis ?? [])
    if (consumes.length) dependencies.set('', { provider: application.id, apis: consumes })
  }
  return {
    application,
    applications: [application, ...others],
    services,
    xsuaa,
    subject: subjectNameIdentifier,
    tokenValidity: readValidity(options),
    refreshUsage: readUsage(options),
    accessTokenFormat: readFormat(options),
    corporateIdentityProviders: readCorporateIdentityProviders(options.corporateIdentityProviders),
    policies
  }
}

function readUsage({ refreshUsageAfterRenewal: usage = 'off' }: IdentityOptions) {
  if (REFRESH_USAGES.includes(usage)) return usage
  return fail('refreshUsageAfterRenewal', usage, REFRESH_USAGES)
}

function readRefreshValidity({ refreshValidity: seconds = REFRESH_SECONDS }: IdentityOptions) {
  const isValid = seconds === 0 || (seconds >= 3600 && seconds <= 15_552_000)
  if (Number.isInteger(seconds) && isValid) return seconds
  const text =
    'identity.refreshValidity must be a whole number of seconds from 3600 to 15552000, or 0'
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

function readFormat({ accessTokenFormat: format }: IdentityOptions) {
  if (format === undefined || ACCESS_TOKEN_FORMATS.includes(format)) return format
  return fail('accessTokenFormat', format, ACCESS_TOKEN_FORMATS)
}

function readAuthorization({ authorization }: IdentityOptions, root: string): string | undefined {
  const { enabled, dcn = 'gen/ams/dcn' } = authorization ?? { enabled: false }
  return enabled ? resolve(root, dcn) : undefined
}

function createApplication(name: string, bySecret: boolean) {
  return {
    name,
    id: randomUUID() as string,
    instanceId: randomUUID() as string,
    secret: bySecret ? randomBytes(32).toString('base64url') : undefined,
    certificate: undefined,
    audiences: [] as readonly string[],
    dependencies: new Map<string, Dependency>(),
    saml: undefined
  }
}

function readSaml(name: string, saml: IdentityApplicationOptions['saml']) {
  if (!saml) return undefined
  if (saml === true) return {}
  const { entityId, recipient, subjectNameIdentifier: subject = 'mail' } = saml
  const option = `applications.${name}.saml`
  if (!SUBJECTS.includes(subject)) fail(`${option}.subjectNameIdentifier`, subject, SUBJECTS)
  if (entityId && URL.canParse(recipient)) return saml
  const text = `identity.${option} needs "entityId", the audience of assertions, and "recipient", a URL`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

function readDependencies(
  { dependencies = {}, applications = {} }: IdentityOptions,
  others: readonly { name: string; id: string }[]
): Map<string, Dependency> {
  const map = new Map<string, Dependency>()
  for (const [name, { application, api }] of Object.entries(dependencies)) {
    const provider = others.find((each) => each.name === application)
    if (!provider) {
      const known = Object.keys(applications)
      return fail(`dependencies.${name}.application`, application, known)
    }
    const provided = applications[application]?.providedApis ?? []
    const apis = api === undefined ? provided : [api]
    checkApis(`dependencies.${name}.api`, apis, provided)
    map.set(name, { provider: provider.id, apis })
  }
  return map
}

function checkApis(option: string, apis: readonly string[], provided: readonly string[]): void {
  for (const api of apis) if (!provided.includes(api)) fail(option, api, provided)
}

function readValidity({ tokenValidity = 3600 }: IdentityOptions): number {
  if (Number.isInteger(tokenValidity) && tokenValidity >= 60 && tokenValidity <= 43_200) {
    return tokenValidity
  }
  const text = 'identity.tokenValidity must be a whole number of seconds from 60 to 43200'
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

function fail(option: string, value: string, known: readonly string[]): never {
  const guess = closest(value, known)
  const hint = guess ? `did you mean "${guess}"?` : `use one of ${known.join(', ') || '(none)'}`
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `identity.${option} is ${JSON.stringify(value)}: ${hint}`
  )
}
