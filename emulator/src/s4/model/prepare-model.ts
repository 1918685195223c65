import {
  type Csn,
  type Definition,
  type Element,
  entitiesOf,
  inheritElements,
  keysOf,
  type Operation,
  pairsOf
} from './csn.js'
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
    // a table has no parameters
    if (definition.kind === 'entity') delete definition.params
  }
  service['@protocol'] = [{ kind: 'odata-v4', path }]
  const dropped: string[] = []
  const drop = (entity: string, association: string) => {
    delete csn.definitions[entity]?.elements?.[association]
    dropped.push(`${entity.slice(name.length + 1)}/${association}`)
  }
  inheritElements(csn)
  dropUnknownResults(csn)
  for (const [entity, definition] of entitiesOf(csn)) {
    const set = entity.slice(name.length + 1)
    for (const [association, element] of Object.entries(definition.elements)) {
      if (!element.target) {
        keepWhole(csn, element)
        continue
      }
      const pairs = facts.navigation.get(`${set}.${association}`)
      const isKept = !isOfDrafts(csn, name, association)
      if (isKept && connect(csn, definition.elements, association, element, pairs)) continue
      drop(entity, association)
    }
    const etag = etagOf(definition.elements, [
      ...(facts.concurrency.get(set) ?? []),
      ...texts(definition['@Core.OptimisticConcurrency'])
    ])
    if (etag) etag['@odata.etag'] = true
  }
  for (const [entity, association] of withoutPartner(csn)) drop(entity, association)
  return { name, csn, dropped }
}

/**
 * True for an association that only drafts have: there are active records only. CAP takes an entity for one with drafts if it has the
 * second one, and then needs the entity of this name, as its own services have it.
 */
function isOfDrafts({ definitions }: Csn, service: string, association: string): boolean {
  if (association === 'SiblingEntity') return true
  return association === 'DraftAdministrativeData' && !definitions[`${service}.${association}`]
}

/** Finds the associations whose condition is that of their partner, which is missing. */
function withoutPartner(csn: Csn): [entity: string, association: string][] {
  return entitiesOf(csn).flatMap(([entity, { elements }]) =>
    Object.entries(elements).flatMap(([name, { target = '', on = [] }]) => {
      const refs = on.map((each) => (each as { ref?: string[] }).ref ?? [])
      if (!refs.some(([first]) => first === '$self')) return []
      const [, partner = ''] = refs.find(([first]) => first === name) ?? []
      const known = csn.definitions[target]?.elements ?? {}
      return Object.hasOwn(known, partner) ? [] : [[entity, name] as [string, string]]
    })
  )
}

/** Removes functions, and results of actions, of entity types that no entity set has: the import leaves these types out. */
function dropUnknownResults({ definitions }: Csn): void {
  const isUnknown = ({ returns }: { returns?: Element }) => {
    const type = returns?.items?.type ?? returns?.type
    return type !== undefined && !type.startsWith('cds.') && !definitions[type]
  }
  for (const [name, definition] of Object.entries(definitions)) {
    const operations = [[definitions, name], ...boundTo(definition)] as const
    for (const [owner, key] of operations) {
      const operation = owner[key]
      if (!operation || !isUnknown(operation)) continue
      if (operation.kind === 'function') Reflect.deleteProperty(owner, key)
      else delete operation.returns
    }
  }
}

/** Returns the operations that are bound to an entity, each with the object that has it. */
function boundTo({ actions = {} }: Definition): [Record<string, Definition | Operation>, string][] {
  return Object.keys(actions).map((key) => [actions, key])
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
