import { type Csn, type Element, entitiesOf, keysOf, pairsOf } from './csn.js'
import type { EdmxFacts } from './edmx-facts.js'

/** A service of an EDMX file, ready to be served. */
export interface PreparedService {
  /** Name in the model. */
  readonly name: string
  readonly csn: Csn
  /** Names of navigation properties that lead nowhere: their ends have no property in common. */
  readonly dropped: readonly string[]
}

/**
 * Completes an imported model, so that CAP can serve it from a database: associations get conditions, and entities get ETags.
 *
 * @param path - of the service, as CAP serves it
 */
export function prepareModel(csn: Csn, facts: EdmxFacts, path: string): PreparedService {
  const { definitions } = csn
  const name = Object.keys(definitions).find((each) => definitions[each]?.kind === 'service') ?? ''
  const service = definitions[name]
  if (!service) throw new Error('there is no entity container in it')
  for (const definition of Object.values(definitions)) {
    delete definition['@cds.external']
    delete definition['@cds.persistence.skip']
  }
  service['@protocol'] = [{ kind: 'odata-v4', path }]
  const dropped: string[] = []
  for (const [entity, definition] of entitiesOf(csn)) {
    const set = entity.slice(name.length + 1)
    for (const [association, element] of Object.entries(definition.elements)) {
      if (!element.target) {
        keepWhole(csn, element)
        continue
      }
      const isSibling = association === 'SiblingEntity'
      const pairs = facts.navigation.get(`${set}.${association}`)
      if (!isSibling && connect(csn, definition.elements, association, element, pairs)) continue

      delete definition.elements[association]
      dropped.push(`${set}/${association}`)
    }
    const etag = etagOf(definition.elements, [
      ...(facts.concurrency.get(set) ?? []),
      ...texts(definition['@Core.OptimisticConcurrency'])
    ])
    if (etag) etag['@odata.etag'] = true
  }
  return { name, csn, dropped }
}

/** Stores a complex property as a whole: otherwise CAP serves its parts as properties of the entity. */
function keepWhole({ definitions }: Csn, element: Element): void {
  if (!definitions[element.type ?? '']?.elements) return
  element['@s4.complex'] = element.type
  element.type = 'cds.Map'
}

/** Gives an association its condition: that of the file, or else by keys with the same names. */
function connect(
  csn: Csn,
  elements: Readonly<Record<string, Element>>,
  name: string,
  association: Element,
  known: readonly (readonly [string, string])[] | undefined
): boolean {
  if (association.on) return true
  const target = csn.definitions[association.target ?? '']?.elements
  const pairs = known ?? inverse(elements, target ?? {}) ?? sameKeys(elements, target ?? {})
  if (!target || !pairs.length) return false
  association.on = pairs.flatMap(([own, other], index) => [
    ...(index ? ['and'] : []),
    { ref: [name, other] },
    '=',
    { ref: [own] }
  ])
  delete association.keys
  return true
}

/** The condition of the association in the opposite direction: OData V4 has a constraint at one end only. */
function inverse(
  elements: Readonly<Record<string, Element>>,
  target: Readonly<Record<string, Element>>
): (readonly [string, string])[] | undefined {
  for (const [name, { on }] of Object.entries(target)) {
    const pairs = on && pairsOf(name, on)
    if (pairs?.length && pairs.every(([, own]) => Object.hasOwn(elements, own))) {
      return pairs.map(([other, own]) => [own, other] as const)
    }
  }
  return undefined
}

/** Keys of one end that are properties of the other one. */
function sameKeys(
  elements: Readonly<Record<string, Element>>,
  target: Readonly<Record<string, Element>>
): (readonly [string, string])[] {
  const isIn = (names: string[], others: object) =>
    names.length > 0 && names.every((name) => Object.hasOwn(others, name))
  const [own, other] = [keysOf(elements), keysOf(target)]
  const shared = isIn(own, target) ? own : isIn(other, elements) ? other : []
  return shared.map((name) => [name, name] as const)
}

/** Properties that change with every change, where the file does not say which one is the ETag. */
const CHANGES = /^(local)?last_?changed?_?(at|on|date_?time)$|^modified_?at$|^etag$/i

function etagOf(
  elements: Readonly<Record<string, Element>>,
  declared: readonly string[]
): Element | undefined {
  const [first] = [
    ...declared,
    ...Object.keys(elements).filter((name) => CHANGES.test(name))
  ].flatMap((name) => elements[name] ?? [])
  return first?.key || first?.target ? undefined : first
}

const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.flatMap((each: unknown) => {
        const path =
          typeof each === 'object' && each !== null ? (each as { '='?: unknown })['='] : each
        return typeof path === 'string' ? [path] : []
      })
    : []
