import { closest } from './closest.js'
import {
  OWN,
  TENANT_MODES,
  VALUE_TYPES,
  type Attribute,
  type RoleTemplate,
  type Scope,
  type SecurityDescriptor
} from './descriptor.js'
import { JsonNode } from './json-node.js'
import { readOAuth2 } from './parse-oauth2.js'
import { readApp, readScopeReference, type ScopeReference } from './references.js'

/** Properties by section. */
const KEYS = {
  root: [
    'xsappname',
    'tenant-mode',
    'description',
    'scopes',
    'attributes',
    'role-templates',
    'role-collections',
    'authorities',
    'foreign-scope-references',
    'oauth2-configuration',
    'xsenableasyncservice'
  ],
  scope: ['name', 'description', 'granted-apps', 'grant-as-authority-to-apps'],
  attribute: ['name', 'description', 'valueType', 'valueRequired'],
  template: [
    'name',
    'description',
    'default-role-name',
    'scope-references',
    'attribute-references'
  ],
  collection: ['name', 'description', 'role-template-references'],
  reference: ['name', 'default-values']
}

/**
 * Checks an xs-security.json and turns it into maps.
 *
 * @param fallbackName - name of the application if the file has no `xsappname`
 * @param source - what complaints name: the file, or the option with the content
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`, naming the file, the JSON path and the fix
 */
export function parseDescriptor(
  content: unknown,
  fallbackName: string,
  source?: string
): SecurityDescriptor {
  const root = new JsonNode(content, '$', source).known(KEYS.root)
  const scopes = readScopes(root.get('scopes'))
  const attributes = readAttributes(root.get('attributes'))
  const roleTemplates = new Map<string, RoleTemplate>()
  for (const [name, node] of named(root.get('role-templates'), KEYS.template)) {
    roleTemplates.set(name, readTemplate(node, scopes, attributes))
  }
  checkFlag(root.get('xsenableasyncservice'))
  const mode = root.get('tenant-mode')
  const references = (name: string, granted: string) =>
    root
      .get(name)
      .items()
      .map((item) => ownIsKnown(item, readScopeReference(item, granted), scopes))
  return {
    xsappname: readName(root.get('xsappname'), fallbackName),
    tenantMode: mode.value === undefined ? undefined : mode.word(TENANT_MODES),
    scopes,
    attributes,
    roleTemplates,
    roleCollections: readCollections(root.get('role-collections'), roleTemplates),
    authorities: references('authorities', '$ACCEPT_GRANTED_AUTHORITIES'),
    foreignScopes: references('foreign-scope-references', '$ACCEPT_GRANTED_SCOPES'),
    oauth2: readOAuth2(root.get('oauth2-configuration'))
  }
}

/** SAP's own example has the value as text. */
function checkFlag(node: JsonNode): void {
  if (node.value !== 'true' && node.value !== 'false') node.flag(false)
}

function readName(node: JsonNode, fallback: string): string {
  const name = node.value === undefined ? fallback : node.text()
  if (!/^[\w\-/\\]{1,100}$/.test(name)) {
    node.fail('must have at most 100 letters, digits, "-", "_", "/" or "\\"')
  }
  return name
}

/** Elements by their unique `name`. */
function named(list: JsonNode, keys: readonly string[]): Map<string, JsonNode> {
  const map = new Map<string, JsonNode>()
  for (const node of list.items()) {
    const name = node.known(keys).get('name')
    if (map.has(name.text())) name.fail(`"${name.text()}" is there twice: remove one of them`)
    map.set(name.text(), node)
  }
  return map
}

function readScopes(list: JsonNode): Map<string, Scope> {
  const scopes = new Map<string, Scope>()
  for (const [scope, node] of named(list, KEYS.scope)) {
    if (!scope.startsWith(OWN) || scope.length === OWN.length) {
      node.get('name').fail(`"${scope}" must start with "${OWN}"`)
    }
    const apps = (name: string) => node.get(name).items().map(readApp)
    scopes.set(scope, {
      grantedTo: apps('granted-apps'),
      grantedAsAuthorityTo: apps('grant-as-authority-to-apps')
    })
  }
  return scopes
}

function readAttributes(list: JsonNode): Map<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  for (const [name, node] of named(list, KEYS.attribute)) {
    const type = node.get('valueType')
    const valueType = type.value === undefined ? 'string' : type.word(VALUE_TYPES)
    attributes.set(name, {
      valueType: valueType === 's' ? 'string' : valueType,
      valueRequired: node.get('valueRequired').flag(true)
    })
  }
  return attributes
}

function readTemplate(
  node: JsonNode,
  scopes: ReadonlyMap<string, unknown>,
  attributes: ReadonlyMap<string, unknown>
): RoleTemplate {
  const references = new Map<string, readonly string[]>()
  for (const item of node.get('attribute-references').items()) {
    const isText = typeof item.value === 'string'
    const name = isText ? item : item.known(KEYS.reference).get('name')
    known(name, attributes, 'attributes')
    const defaults = isText ? [] : item.get('default-values').items()
    references.set(
      name.text(),
      defaults.map((value) => value.text())
    )
  }
  const granted = node.get('scope-references').items()
  for (const item of granted) if (item.text().startsWith(OWN)) known(item, scopes, 'scopes')
  // any other (`uaa.user`) is taken as it is
  return { scopes: granted.map((item) => item.text()), attributes: references }
}

function readCollections(list: JsonNode, templates: ReadonlyMap<string, unknown>) {
  const collections = new Map<string, readonly string[]>()
  for (const [name, node] of named(list, KEYS.collection)) {
    const references = node.get('role-template-references').items()
    collections.set(
      name,
      references.map((item) => {
        // "$XSAPPNAME.Template" names a template of this application
        const reference = item.text()
        const local = reference.startsWith(OWN) ? reference.slice(OWN.length) : reference
        known(new JsonNode(local, item.path, item.source), templates, 'role-templates')
        return local
      })
    )
  }
  return collections
}

function ownIsKnown(
  node: JsonNode,
  reference: ScopeReference,
  scopes: ReadonlyMap<string, unknown>
): ScopeReference {
  if (reference.kind === 'own') known(node, scopes, 'scopes')
  return reference
}

function known(node: JsonNode, names: ReadonlyMap<string, unknown>, section: string): void {
  const name = node.text()
  if (names.has(name)) return
  const guess = closest(name, names.keys())
  const hint = guess ? `did you mean "${guess}"?` : `add it to "${section}"`
  node.fail(`names "${name}", which is not among the ${section}: ${hint}`)
}
