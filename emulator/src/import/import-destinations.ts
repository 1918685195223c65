import type { OnPremiseSystem } from '../types.js'
import { replaceAddress } from './address.js'
import type { Exported } from './exports/read-destinations.js'
import { isName } from './names.js'
import { hasRule, ruleOf, unmatchedKind } from './property-rules.js'
import type { Replacements } from './replacements.js'
import { limitsOf } from './limits.js'

type Properties = Record<string, string | boolean>

/** The destinations of a landscape, and the systems that they lead to. */
export interface ImportedDestinations {
  destinations: Record<string, Properties>
  fragments: Record<string, Properties>
  onPremise: Record<string, OnPremiseSystem>
  cloudConnectors: Record<string, Record<string, OnPremiseSystem>>
  /** Sentences about what the emulator cannot do. */
  limits: string[]
}

/**
 * Imports exported destinations: names, types and properties stay, secrets and hosts are replaced.
 *
 * @param clientId - of the application in the landscape, whose tokens the destinations get
 */
export function importDestinations(
  exported: readonly Exported[],
  clientId: string,
  replacements: Replacements
): ImportedDestinations {
  const result: ImportedDestinations = {
    destinations: {},
    fragments: {},
    onPremise: {},
    cloudConnectors: {},
    limits: []
  }
  for (const [index, { kind, name, properties }] of exported.entries()) {
    const all = kind === 'destination' ? result.destinations : result.fragments
    if (!isName(name)) {
      result.limits.push(`${kind} ${index + 1} was left out: its name is not one`)
    } else if (Object.hasOwn(all, name)) {
      result.limits.push(`${kind} "${name}" is there twice: the first one was taken`)
    } else {
      const place = `${kind}s.${name}`
      const own = replaceProperties(place, properties, clientId, replacements)
      all[name] = own
      if (kind === 'fragment') continue
      exposeSystem(result, own)
      result.limits.push(...limitsOf(name, own))
    }
  }
  return result
}

function replaceProperties(
  place: string,
  properties: Readonly<Record<string, unknown>>,
  clientId: string,
  replacements: Replacements
): Properties {
  const onPremise = String(properties['ProxyType']) === 'OnPremise'
  const own: Properties = {}
  let unnamed = 0
  for (const [name, value] of Object.entries(properties)) {
    if (!['string', 'boolean', 'number'].includes(typeof value)) continue
    if (!isPropertyName(name)) {
      unnamed++
      continue
    }
    const context = { place: `${place}.${name}`, name, onPremise, clientId, replacements }
    const replaced = replaceValue(context, String(value))
    if (replaced !== undefined) own[name] = typeof value === 'boolean' ? value : replaced
  }
  if (unnamed) {
    const what = unnamed === 1 ? 'a property whose name' : `${unnamed} properties whose name`
    replacements.note(`${place}: ${what} is not one`, 'unknown value')
  }
  return withoutForeignTokens(own)
}

/** Names of properties come from a file: a broken one may have a part of a secret in their place. */
function isPropertyName(name: string): boolean {
  if (hasRule(name)) return true
  return isName(GROUPS.test(name) ? name.replaceAll('.', '_') : name)
}

/** Groups of properties, whose names have dots. */
const GROUPS = /^(URL|HTML5|jco|mail|ldap|tokenService|tokenServiceURL|x_user_token)\./i

interface Context {
  readonly place: string
  readonly name: string
  readonly onPremise: boolean
  readonly clientId: string
  readonly replacements: Replacements
}

/** @returns the new value; `undefined` to leave the property out */
function replaceValue(context: Context, value: string): string | undefined {
  const { place, name, onPremise, clientId, replacements } = context
  const rule = ruleOf(name)
  if (value === '') return value
  if (rule === 'url') {
    const ending = onPremise && /^url$/i.test(name) ? 'internal' : 'invalid'
    return replaceAddress(place, value, ending, replacements)
  }
  if (rule === 'client id') {
    replacements.note(place, 'client id', clientId)
    return clientId
  }
  if ('keep' in rule && rule.keep.test(value)) return value
  const kind = 'keep' in rule ? unmatchedKind(name) : rule.kind
  if (/^clientsecret$/i.test(name)) {
    replacements.note(place, kind)
    return undefined
  }
  if (kind === 'text') {
    replacements.note(place, kind)
    return undefined
  }
  const stem = kind === 'file name' ? 'store' : `emulated-${kind.replaceAll(' ', '-')}`
  const ending = kind === 'file name' ? endingOf(value) : ''
  return replacements.replace(place, kind, value, stem) + ending
}

const endingOf = (file: string) => /\.(p12|pfx|jks|pem|crt|cer|der)$/.exec(file)?.[0] ?? '.p12'

/** Leaves out the token service of OAuth2TokenExchange: its tokens then come from the emulated XSUAA. */
function withoutForeignTokens(own: Properties): Properties {
  if (own['Authentication'] !== 'OAuth2TokenExchange') return own
  const { tokenServiceURL: _, ...rest } = own
  return rest
}

/** The system answers as an S/4HANA without services, until it gets a backend, mocks, or EDMX files. */
function exposeSystem(result: ImportedDestinations, own: Properties): void {
  const { URL: url, ProxyType, Type = 'HTTP', CloudConnectorLocationId: location } = own
  if (ProxyType !== 'OnPremise' || Type !== 'HTTP' || typeof url !== 'string') return
  const { protocol, hostname, port } = new URL(url)
  const host = `${hostname}:${port || (protocol === 'https:' ? '443' : '80')}`
  const systems = location ? (result.cloudConnectors[String(location)] ??= {}) : result.onPremise
  systems[host] ??= { edmx: [] }
}
