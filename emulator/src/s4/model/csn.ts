/** An element of an entity or a structured type. */
export interface Element {
  key?: boolean
  type?: string
  length?: number
  precision?: number
  scale?: number
  notNull?: boolean
  default?: unknown
  target?: string
  cardinality?: { max?: number | string }
  keys?: unknown[]
  on?: unknown[]
  enum?: Record<string, { val?: unknown }>
  items?: Element
  elements?: Record<string, Element>
  [annotation: `@${string}`]: unknown
}

/** A bound or unbound operation. */
export interface Operation {
  kind: 'action' | 'function'
  params?: Record<string, Element>
  returns?: Element
}

/** A definition of a model, as far as the services of EDMX files need it. */
export interface Definition {
  kind: string
  elements?: Record<string, Element>
  /** Base types, whose elements the definition has as well. */
  includes?: string[]
  actions?: Record<string, Operation>
  params?: Record<string, Element>
  returns?: Element
  type?: string
  enum?: Record<string, { val?: unknown }>
  [annotation: `@${string}`]: unknown
}

/** An imported model. */
export interface Csn {
  /** Files that CAP looks for data beside; an imported model has none. */
  $sources?: string[]
  definitions: Record<string, Definition>
}

/** Returns the entities of a model by name. */
export function entitiesOf({
  definitions
}: Csn): [string, Required<Pick<Definition, 'elements'>> & Definition][] {
  return Object.entries(definitions).flatMap(([name, definition]) =>
    definition.kind === 'entity' && definition.elements
      ? [[name, { ...definition, elements: definition.elements }] as const]
      : []
  )
}

/** Gives each entity and type the elements of its base types, in a copy of them: CAP does so for models in its own language only. */
export function inheritElements({ definitions }: Csn): void {
  const inherit = (definition: Definition | undefined): Record<string, Element> => {
    const { includes = [], elements = {} } = definition ?? {}
    const inherited = includes.map((base) => structuredClone(inherit(definitions[base])))
    return Object.assign({}, ...inherited, elements) as Record<string, Element>
  }
  for (const definition of Object.values(definitions)) {
    if (!definition.includes) continue
    definition.elements = inherit(definition)
    delete definition.includes
  }
}

/** Names of the elements that are keys and no associations. */
export function keysOf(elements: Readonly<Record<string, Element>>): string[] {
  return Object.keys(elements).filter((name) => elements[name]?.key && !elements[name].target)
}

/** Returns the pairs of a condition: own property, and property of the target. */
export function pairsOf(
  association: string,
  on: readonly unknown[]
): (readonly [string, string])[] {
  const refs = on.flatMap((each) => {
    const { ref } = each as { ref?: string[] }
    return ref ? [ref] : []
  })
  const pairs: (readonly [string, string])[] = []
  for (let index = 0; index + 1 < refs.length; index += 2) {
    const ends = [refs[index] ?? [], refs[index + 1] ?? []]
    const target = ends.find(([first]) => first === association)?.[1]
    const own = ends.find(([first]) => first !== association)?.[0]
    if (target !== undefined && own !== undefined && own !== '$self') pairs.push([own, target])
  }
  return pairs
}
