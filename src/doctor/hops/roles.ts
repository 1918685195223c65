import { existsSync } from 'node:fs'
import { join } from 'node:path'

import cds from '@sap/cds'

import { nearestName } from '../../lib/wording/closest.js'
import { lintFindings } from '../../restrictions/names/lint-findings.js'
import type { Model } from '../../restrictions/model/definition.js'
import { nameSources, type SecurityDescriptor } from '../../restrictions/names/known.js'
import { asJson, type Json, readFile } from '../exports.js'
import type { Facts } from '../facts.js'
import { broken, brokenBy, doubtful, type Finding, right, unseen } from '../row.js'

/** Content of `xs-security.json`, as far as it is looked at here. */
interface Descriptor extends SecurityDescriptor {
  readonly xsappname?: string
  readonly 'role-templates'?: readonly {
    readonly name?: string
    readonly 'scope-references'?: readonly string[]
    readonly 'attribute-references'?: readonly (string | { readonly name?: string })[]
  }[]
}

const TITLE = 'xs-security.json'
const ADD = `Add it to ${TITLE}, and update the service instance (cf update-service, or a new deployment).`

/** Compares `xs-security.json` with itself, with the routes of the application router, and with the model. */
export async function roleFindings(facts: Facts): Promise<Finding[]> {
  const descriptor = descriptorOf(facts)
  if (!descriptor) {
    const absent = unseen(TITLE, 'there is none here', 'Add --xs-security <file>.')
    return [absent, ...(await modelFindings(facts))]
  }
  const problems = [...templateFindings(descriptor), ...routeFindings(descriptor, facts)]
  const own = problems.length
    ? problems
    : [right(TITLE, 'its role templates name scopes and attributes that it has')]
  return [...own, ...(await modelFindings(facts, descriptor))]
}

/**
 * Returns the content of `xs-security.json`; `undefined` where there is none.
 *
 * @throws {@link ConfigurationError} for a file that can't be read
 */
export function descriptorOf({ options, root }: Facts): Descriptor | undefined {
  const path = options.xsSecurity ?? join(root, TITLE)
  if (options.xsSecurity === undefined && !existsSync(path)) return undefined
  return asJson(readFile('--xs-security', path))
}

/** Role templates refer to scopes and attributes of the same file, except those of other applications. */
function templateFindings(descriptor: Descriptor): Finding[] {
  const { 'role-templates': templates = [], scopes = [], attributes = [] } = descriptor
  const names = scopes.map(({ name = '' }) => name)
  const known = attributes.map(({ name = '' }) => name)
  return templates.flatMap((template) => {
    const title = `${TITLE}, role template "${String(template.name)}"`
    const missingScopes = (template['scope-references'] ?? []).filter(
      (each) => each.startsWith('$XSAPPNAME.') && !names.includes(each)
    )
    const references = (template['attribute-references'] ?? []).map((each) =>
      typeof each === 'string' ? each : String(each.name)
    )
    const missingAttributes = references.filter((each) => !known.includes(each))
    return [
      ...missingScopes.map((each) => undeclared(title, 'scope', each, names)),
      ...missingAttributes.map((each) => undeclared(title, 'attribute', each, known))
    ]
  })
}

function undeclared(title: string, what: string, name: string, known: readonly string[]): Finding {
  const similar = nearestName(name, known)
  const fix = similar ? `Did you mean "${similar}"? Otherwise: ${ADD}` : ADD
  const article = what === 'attribute' ? 'an' : 'a'
  const expected = known.join(', ') || `a declared ${what}`
  return broken(title, `it refers to ${article} ${what} that is not declared`, fix, {
    sent: name,
    expected,
    code: 'ERR_ROLE_MISSING'
  })
}

/** Routes of the application router may ask for scopes. */
function routeFindings({ scopes = [] }: Descriptor, { options }: Facts): Finding[] {
  if (options.xsApp === undefined) return []
  const { routes } = asJson(readFile('--xs-app', options.xsApp))
  const known = scopes.map(({ name = '' }) => name)
  const asked = (Array.isArray(routes) ? routes : []).flatMap((route) => scopesOf(asJson(route)))
  return [...new Set(asked)]
    .filter((name) => name.startsWith('$XSAPPNAME.') && !known.includes(name))
    .map((name) => undeclared(`${TITLE}, for a route of xs-app.json`, 'scope', name, known))
}

/** Returns the scopes of a route: one, a list, or some for each method. */
function scopesOf({ scope }: Json): string[] {
  const values = typeof scope === 'object' && scope !== null ? Object.values(scope).flat() : [scope]
  return values.filter((each) => typeof each === 'string')
}

/** Looks for names in the model that no token brings. */
async function modelFindings(facts: Facts, descriptor?: Descriptor): Promise<Finding[]> {
  const { root, requires, auth } = facts
  const csn = await loadModel()
  if (!csn) return [unseen('model', 'there is no model here', 'Add --project <folder>.')]
  try {
    const found = lintFindings(csn, root, nameSources({ ...requires, auth }), descriptor)
    const fix =
      'Correct the name, or add it to xs-security.json and to a role template ("npx cds-principal lint" shows all).'
    const rows = found.map(({ rule, message, isError }) => {
      const isName = rule === 'unknown-role' || rule === 'unknown-attribute'
      return isName || isError ? broken('model', message, fix) : doubtful('model', message, fix)
    })
    return rows.length
      ? rows
      : [right('model', 'every role and attribute that it asks for can be in a token')]
  } catch (error) {
    return [brokenBy('model', error, `Correct ${TITLE}.`)]
  }
}

/** Returns the model of the project; `undefined` where it has no service, or does not compile. */
export async function loadModel(): Promise<object | undefined> {
  try {
    const model: object = await cds.load('*')
    const { definitions } = model as Model
    const services = Object.entries(definitions).filter(([, { kind }]) => kind === 'service')
    return services.some(([name]) => !name.startsWith('cds.')) ? model : undefined
  } catch {
    return undefined
  }
}
