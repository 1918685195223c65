import { closest } from './closest.js'
import { OWN, type RoleTemplate, type SecurityDescriptor } from './descriptor.js'
import { JsonNode } from './json-node.js'

/** XSUAA's limits and defaults, in seconds. */
const TOKEN_VALIDITY = { min: 60, max: 86_400, fallback: 43_200 }
const REFRESH_VALIDITY = { min: 60, max: 31_536_000, fallback: 604_800 }

/**
 * Checks an xs-security.json and turns it into maps.
 *
 * @param fallbackName - name of the application if the file has no `xsappname`
 * @throws EmulatorError `ERR_EMULATOR_XS_SECURITY`, naming the JSON path and the fix
 */
export function parseDescriptor(content: unknown, fallbackName: string): SecurityDescriptor {
  const root = new JsonNode(content, '$')
  const xsappname = readName(root.get('xsappname'), fallbackName)
  const scopes = readScopes(root.get('scopes'))
  const attributes = new Set(named(root.get('attributes')).keys())
  const roleTemplates = new Map<string, RoleTemplate>()
  for (const [name, node] of named(root.get('role-templates'))) {
    roleTemplates.set(name, readTemplate(node, scopes, attributes))
  }
  const oauth2 = root.get('oauth2-configuration')
  const config = oauth2.value === undefined ? new JsonNode({}, oauth2.path) : oauth2
  const grantTypes = config.get('grant-types')
  const { min, max, fallback } = TOKEN_VALIDITY
  const refresh = REFRESH_VALIDITY
  return {
    xsappname,
    scopes,
    attributes,
    roleTemplates,
    roleCollections: readCollections(root.get('role-collections'), roleTemplates),
    authorities: readAuthorities(root.get('authorities'), scopes),
    tokenValidity: config.get('token-validity').seconds(min, max, fallback),
    refreshTokenValidity: config
      .get('refresh-token-validity')
      .seconds(refresh.min, refresh.max, refresh.fallback),
    grantTypes:
      grantTypes.value === undefined ? undefined : grantTypes.items().map((item) => item.text())
  }
}

function readName(node: JsonNode, fallback: string): string {
  const name = node.value === undefined ? fallback : node.text()
  if (!/^[\w\-/\\]{1,100}$/.test(name)) {
    node.fail('must have at most 100 letters, digits, "-", "_", "/" or "\\"')
  }
  return name
}

/** Elements by their unique `name`. */
function named(list: JsonNode): Map<string, JsonNode> {
  const map = new Map<string, JsonNode>()
  for (const node of list.items()) {
    const name = node.get('name')
    if (map.has(name.text())) name.fail(`"${name.text()}" is there twice: remove one of them`)
    map.set(name.text(), node)
  }
  return map
}

function readScopes(list: JsonNode): Set<string> {
  const scopes = named(list)
  for (const [scope, node] of scopes) {
    if (!scope.startsWith(OWN) || scope.length === OWN.length) {
      node.get('name').fail(`"${scope}" must start with "${OWN}"`)
    }
  }
  return new Set(scopes.keys())
}

function readTemplate(
  node: JsonNode,
  scopes: ReadonlySet<string>,
  attributes: ReadonlySet<string>
): RoleTemplate {
  const references = new Map<string, readonly string[]>()
  for (const item of node.get('attribute-references').items()) {
    const isText = typeof item.value === 'string'
    const name = isText ? item : item.get('name')
    known(name, attributes, 'attributes')
    const defaults = isText ? [] : item.get('default-values').items()
    references.set(
      name.text(),
      defaults.map((value) => value.text())
    )
  }
  return {
    scopes: node
      .get('scope-references')
      .items()
      .map((item) => readScope(item, scopes)),
    attributes: references
  }
}

function readCollections(list: JsonNode, templates: ReadonlyMap<string, unknown>) {
  const collections = new Map<string, readonly string[]>()
  for (const [name, node] of named(list)) {
    const references = node.get('role-template-references').items()
    collections.set(
      name,
      references.map((item) => {
        // "$XSAPPNAME.Template" names a template of this application
        const reference = item.text()
        const local = reference.startsWith(OWN) ? reference.slice(OWN.length) : reference
        known(new JsonNode(local, item.path), new Set(templates.keys()), 'role-templates')
        return local
      })
    )
  }
  return collections
}

/** `$ACCEPT_GRANTED_AUTHORITIES` and scopes of other applications grant nothing here. */
function readAuthorities(list: JsonNode, scopes: ReadonlySet<string>): string[] {
  return list
    .items()
    .map((item) => readScope(item, scopes))
    .filter((scope) => scope.startsWith(OWN))
}

/** A scope of this application must exist; any other (`uaa.user`) is taken as it is. */
function readScope(node: JsonNode, scopes: ReadonlySet<string>): string {
  if (node.text().startsWith(OWN)) known(node, scopes, 'scopes')
  return node.text()
}

function known(node: JsonNode, names: ReadonlySet<string>, section: string): void {
  const name = node.text()
  if (names.has(name)) return
  const guess = closest(name, names)
  const hint = guess ? `did you mean "${guess}"?` : `add it to "${section}"`
  node.fail(`names "${name}", which is not among the ${section}: ${hint}`)
}
