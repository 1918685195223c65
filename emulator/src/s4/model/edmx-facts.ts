import { DOMParser, type Element as XmlElement, onErrorStopParsing } from '@xmldom/xmldom'

/** Facts of an EDMX file that the import does not keep. */
export interface EdmxFacts {
  readonly version: 'v2' | 'v4'
  /** Namespaces and aliases of the schemas: prefixes of the names of operations in OData V4. */
  readonly namespaces: readonly string[]
  /** Names of properties with `ConcurrencyMode="Fixed"`, by entity set. */
  readonly concurrency: ReadonlyMap<string, readonly string[]>
  /** Pairs of properties of a navigation property, own one first, by `<entity set>.<navigation property>`. */
  readonly navigation: ReadonlyMap<string, readonly (readonly [string, string])[]>
}

/**
 * Reads ETags and referential constraints of OData V2.
 *
 * @throws Error if it is no XML
 */
export function readFacts(xml: string): EdmxFacts {
  const document = new DOMParser({ onError: onErrorStopParsing }).parseFromString(xml, 'text/xml')
  const all = (name: string, from: Pick<XmlElement, 'getElementsByTagNameNS'> = document) => [
    ...from.getElementsByTagNameNS('*', name)
  ]
  const edmx = document.documentElement
  const version = edmx?.getAttribute('Version')?.startsWith('4') ? 'v4' : 'v2'
  const namespaces = all('Schema').flatMap((schema) =>
    ['Namespace', 'Alias'].flatMap((each) => schema.getAttribute(each) ?? [])
  )
  const types = new Map(all('EntityType').map((type) => [type.getAttribute('Name') ?? '', type]))
  const constraints = new Map(
    all('Association').map((each) => [each.getAttribute('Name') ?? '', readConstraint(each, all)])
  )
  const concurrency = new Map<string, readonly string[]>()
  const navigation = new Map<string, readonly (readonly [string, string])[]>()
  for (const set of all('EntitySet')) {
    const name = set.getAttribute('Name') ?? ''
    const type = types.get(localName(set.getAttribute('EntityType')))
    if (!type) continue
    const fixed = all('Property', type).filter(
      (each) => each.getAttribute('ConcurrencyMode') === 'Fixed'
    )
    if (fixed.length)
      concurrency.set(
        name,
        fixed.map((each) => each.getAttribute('Name') ?? '')
      )
    for (const each of all('NavigationProperty', type)) {
      const constraint = constraints.get(localName(each.getAttribute('Relationship')))
      if (!constraint) continue
      const { principal, pairs } = constraint
      const isPrincipal = each.getAttribute('FromRole') === principal
      const own = pairs.map(([a, b]) => (isPrincipal ? ([a, b] as const) : ([b, a] as const)))
      navigation.set(`${name}.${each.getAttribute('Name') ?? ''}`, own)
    }
  }
  return { version, namespaces, concurrency, navigation }
}

type Find = (name: string, from?: XmlElement) => XmlElement[]

/** @returns the role of the principal, and pairs of its properties with those of the dependent one */
function readConstraint(association: XmlElement, all: Find) {
  const [principal] = all('Principal', association)
  const [dependent] = all('Dependent', association)
  if (!principal || !dependent) return undefined
  const names = (end: XmlElement) =>
    all('PropertyRef', end).map((each) => each.getAttribute('Name') ?? '')
  const others = names(dependent)
  const pairs = names(principal).map((name, index) => [name, others[index] ?? name] as const)
  return { principal: principal.getAttribute('Role'), pairs }
}

const localName = (name: string | null) => (name ?? '').split('.').at(-1) ?? ''
