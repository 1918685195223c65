import { EmulatorError } from '../emulator-error.js'
import type { IdentityApplicationOptions } from '../ias/identity-options.js'
import type { TenantOptions } from '../landscape/landscape-options.js'
import type { TrustOptions } from '../saml/trust.js'
import type { EmulatorOptions, OnPremiseSystem } from '../types.js'
import { closest } from '../xs-security/closest.js'
import {
  APPLICATION,
  AUTHORIZATION,
  CORPORATE_PROVIDER,
  CREDENTIAL_STORE,
  DELEGATION,
  DEPENDENCY,
  EDMX,
  IDENTITY,
  IDENTITY_APPLICATION,
  MOCK,
  OPTIONS,
  OUTSIDE_PROJECT,
  RESOURCE,
  SAML_APPLICATION,
  SYSTEM,
  TENANT,
  TRUST,
  TRUSTED_USER
} from './option-names.js'

/**
 * Refuses options that there are not: a misspelled one would be without effect.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkOptions(options: unknown): asserts options is EmulatorOptions {
  if (typeof options !== 'object' || options === null) {
    throw invalid('startEmulator needs options, such as { root }: the folder of the project')
  }
  checkNames('', options, OPTIONS)
  const { tenants, applications, jobScheduler, credentialStore, trust, identity, delegation } =
    options as EmulatorOptions
  checkConnectors('', options)
  for (const [path, tenant] of entriesOf('tenants', tenants)) {
    checkNames(path, tenant, TENANT)
    checkConnectors(`${path}.`, tenant)
    checkTrust(`${path}.trust`, (tenant as TenantOptions).trust)
  }
  for (const [path, application] of entriesOf('applications', applications)) {
    checkNames(path, application, APPLICATION)
  }
  checkSwitch('jobScheduler', jobScheduler, { instance: true })
  checkSwitch('credentialStore', credentialStore, CREDENTIAL_STORE)
  checkTrust('trust', trust)
  checkSwitch('delegation', delegation, DELEGATION)
  checkIdentity(identity)
}

/**
 * Checks `cds.requires.auth.emulator`, where options that the project decides elsewhere would be without effect.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkProjectOptions(options: object): void {
  const name = OUTSIDE_PROJECT.find((each) => Object.hasOwn(options, each))
  if (name) {
    const isUsers = name === 'users'
    const hint = isUsers ? 'move it to cds.requires.auth.users' : 'it is an option of startEmulator'
    throw invalid(`cds.requires.auth.emulator.${name} has no effect there: ${hint}`)
  }
  checkOptions(options)
}

function checkTrust(place: string, trust: EmulatorOptions['trust']): void {
  for (const [path, provider] of entriesOf(place, trust)) {
    checkNames(path, provider, TRUST)
    for (const [name, user] of entriesOf(`${path}.users`, (provider as TrustOptions).users)) {
      checkNames(name, user, TRUSTED_USER)
    }
  }
}

function checkIdentity(identity: EmulatorOptions['identity']): void {
  checkSwitch('identity', identity, IDENTITY)
  if (typeof identity !== 'object') return
  const { authorization, applications, dependencies, corporateIdentityProviders } = identity
  checkNames('identity.authorization', authorization, AUTHORIZATION)
  for (const [path, application] of entriesOf('identity.applications', applications)) {
    checkNames(path, application, IDENTITY_APPLICATION)
    checkNames(`${path}.saml`, (application as IdentityApplicationOptions).saml, SAML_APPLICATION)
  }
  for (const [path, dependency] of entriesOf('identity.dependencies', dependencies)) {
    checkNames(path, dependency, DEPENDENCY)
  }
  const providers = 'identity.corporateIdentityProviders'
  for (const [path, provider] of entriesOf(providers, corporateIdentityProviders)) {
    checkNames(path, provider, CORPORATE_PROVIDER)
  }
}

function checkConnectors(
  path: string,
  { onPremise, cloudConnectors }: Pick<EmulatorOptions, 'onPremise' | 'cloudConnectors'>
): void {
  checkSystems(`${path}onPremise`, onPremise)
  for (const [place, systems] of entriesOf(`${path}cloudConnectors`, cloudConnectors)) {
    checkSystems(place, systems as EmulatorOptions['onPremise'])
  }
}

function checkSystems(path: string, systems: EmulatorOptions['onPremise']): void {
  for (const [place, system] of entriesOf(path, systems)) {
    checkNames(place, system, SYSTEM)
    const { mocks, edmx, resources } = system as OnPremiseSystem
    for (const mock of asList(mocks)) checkNames(`${place}.mocks`, mock, MOCK)
    for (const service of asList(edmx)) checkNames(`${place}.edmx`, service, EDMX)
    for (const resource of asList(resources)) checkNames(`${place}.resources`, resource, RESOURCE)
  }
}

/** Checks an option that switches a service on, or has options of its own: with another value, all of them would be the default. */
function checkSwitch(path: string, value: unknown, known: Readonly<Record<string, true>>): void {
  if (value === null || !['undefined', 'boolean', 'object'].includes(typeof value)) {
    const names = Object.keys(known).join(', ')
    throw invalid(`${path} must be true, false or an object with its options (${names})`)
  }
  checkNames(path, value, known)
}

function checkNames(path: string, options: unknown, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null) return
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(known, name))
  if (unknown === undefined) return
  const guess = closest(unknown, Object.keys(known))
  const hint = guess ? `did you mean "${guess}"?` : `there are ${Object.keys(known).join(', ')}`
  const place = path ? ` in ${path}` : ''
  throw invalid(`there is no option "${unknown}" of the emulator${place}: ${hint}`)
}

/** Objects below an option, by their path. */
function entriesOf(path: string, options: object | undefined): [string, object][] {
  return Object.entries(options ?? {}).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null ? [[`${path}["${name}"]`, value]] : []
  )
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

const invalid = (message: string) => new EmulatorError('ERR_EMULATOR_OPTIONS', message)
