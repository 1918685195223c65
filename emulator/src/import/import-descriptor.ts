import { asJson, asList, type Json } from './exports/read-file.js'
import { isHostLike, isName, isSuspicious } from './names.js'
import type { Replacements } from './replacements.js'

/** Properties of xs-security.json that stay, at any depth; the emulator has no use for others, or refuses them. */
const KEPT = new Set([
  'xsappname',
  'tenant-mode',
  'scopes',
  'attributes',
  'role-templates',
  'role-collections',
  'authorities',
  'foreign-scope-references',
  'oauth2-configuration',
  'name',
  'granted-apps',
  'grant-as-authority-to-apps',
  'valueType',
  'valueRequired',
  'scope-references',
  'attribute-references',
  'role-template-references',
  'default-values',
  'token-validity',
  'refresh-token-validity',
  'grant-types',
  'redirect-uris',
  'credential-types',
  'system-attributes'
])

/** The applications that a redirect leads to run on this machine. */
const REDIRECT_URI = 'http://localhost:*/**'

/** Imports the content of xs-security.json: without descriptions, and with this machine in place of hosts. */
export function importDescriptor(content: Json, replacements: Replacements): Json {
  return asJson(copy('xsSecurity', content, replacements))
}

function copy(place: string, value: unknown, replacements: Replacements): unknown {
  if (Array.isArray(value)) {
    return value.map((each: unknown, index) => copy(`${place}[${index}]`, each, replacements))
  }
  if (typeof value === 'object' && value !== null) {
    // the users of the landscape are of its own identity provider
    if ('allowedproviders' in value) replacements.note(`${place}.allowedproviders`, 'identifier')
    const entries = Object.entries(value).filter(([name]) => KEPT.has(name))
    noteOthers(place, Object.keys(value), replacements)
    return Object.fromEntries(
      entries.map(([name, each]) => [
        name,
        copyMember(`${place}.${name}`, name, each, replacements)
      ])
    )
  }
  return typeof value === 'string' ? copyText(place, value, replacements) : value
}

/** Adds the members that are left out to the report. Their names come from a file: those that look like a secret are not said. */
function noteOthers(place: string, names: readonly string[], replacements: Replacements): void {
  for (const name of names) {
    if (KEPT.has(name) || name === 'allowedproviders') continue
    const isText = name === 'description'
    const member = isName(name) ? `${place}.${name}` : `${place}: a property whose name is not one`
    replacements.note(member, isText ? 'text' : 'unknown value')
  }
}

function copyMember(place: string, name: string, value: unknown, replacements: Replacements) {
  if (name === 'redirect-uris') {
    replacements.note(place, 'host', REDIRECT_URI)
    return [REDIRECT_URI]
  }
  if (name === 'xsappname' && typeof value === 'string') {
    return copyText(place, withoutPlaceholders(value), replacements)
  }
  if (name === 'default-values') {
    return asList(value).map((each, index) => {
      if (typeof each !== 'string' || CODE.test(each)) return each
      const kind = isHostLike(each) ? 'host' : 'unknown value'
      return replacements.replace(`${place}[${index}]`, kind, each, 'name')
    })
  }
  return copy(place, value, replacements)
}

/** A value of an attribute that stays: a plant, a country, a company code. */
const CODE = /^[A-Z\d]{1,5}$/

/** Placeholders of an mta.yaml: `my-app-${org}-${space}`. */
const withoutPlaceholders = (name: string) =>
  name.replace(/[-_.]?[$~]\{[^}]*\}/g, '').replace(/![a-z]\d+$/, '') || 'application'

const GRANT = /^urn:ietf:params:oauth:grant-type:(jwt-bearer|saml2-bearer)$/

function copyText(place: string, value: string, replacements: Replacements): string {
  if (GRANT.test(value)) return value
  const [, prefix = '', rest = ''] = /^(\$XSAPPNAME\.)?(.*)$/s.exec(value) ?? []
  const isPlain = /^\$?[\w(),. -]{0,100}$/.test(rest) && !isSuspicious(rest)
  if (isPlain) return value
  return (
    prefix + replacements.replace(place, isHostLike(rest) ? 'host' : 'unknown value', rest, 'name')
  )
}

/** Users for a landscape: one with all roles, and one without any. */
export function inventUsers(xsSecurity: Json): Record<string, { roles?: string[] }> {
  const names = (section: string) =>
    asList(xsSecurity[section]).flatMap((each) => {
      const { name } = asJson(each)
      return typeof name === 'string' ? [name] : []
    })
  const collections = names('role-collections')
  const roles = collections.length ? collections : names('role-templates')
  return { alice: { roles }, bob: {} }
}
