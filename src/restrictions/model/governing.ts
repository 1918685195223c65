import type { Segment, Token } from '../condition/types.js'
import type { Definition } from '../condition/element-type.js'
import { nameOf } from '../condition/mentions.js'
import { NEVER } from '../condition/resolve.js'
import type { RestrictedDefinition } from './definition.js'

/** An entity whose restrictions count for the records of another one, which are parts of its records. */
export interface Governor {
  readonly entity: RestrictedDefinition
  /** The condition for a part: it belongs to a record for which this one is true, or to any record. */
  within(condition?: Token): Token
}

/** Composition with the members that are read here. */
interface Composition extends Definition {
  readonly name?: string
  readonly on?: readonly Token[]
  readonly keys?: readonly { readonly ref: readonly string[]; $generatedFieldName?: string }[]
}

const known = new WeakMap<RestrictedDefinition, readonly Governor[]>()

/**
 * The entities whose restrictions count for a part, as its records may be composed by several; none for an entity that has
 * restrictions of its own, or is no part. Parts are, as in CAP, compositions that lead back by `up_`, and those that the
 * compiler exposes because they are compositions. An entity that the model exposes by itself is as open as the model says.
 *
 * @internal
 */
export function governorsOf(entity: RestrictedDefinition): readonly Governor[] {
  let governors = known.get(entity)
  if (!governors) known.set(entity, (governors = findGovernors(entity, [])))
  return governors
}

/** True if an entity has restrictions of its own. @internal */
export function isRestricted(entity: RestrictedDefinition): boolean {
  return Boolean(entity['@restrict'] ?? entity['@requires'])
}

/** Parts of parts of themselves end where they begin: the restricted record is above one of the others. */
function findGovernors(
  entity: RestrictedDefinition,
  below: readonly RestrictedDefinition[]
): Governor[] {
  if (isRestricted(entity)) return []
  const wholes = wholesOf(entity).filter(({ entity: whole }) => !below.includes(whole))
  return wholes.flatMap((whole): Governor[] => {
    const above = findGovernors(whole.entity, [...below, entity])
    if (!above.length) return [whole]
    return above.map((governor) => ({
      entity: governor.entity,
      within: (condition) => whole.within(governor.within(condition))
    }))
  })
}

/** The entities that an entity is composed by, each with the way from a part to its record. */
function wholesOf(entity: RestrictedDefinition): Governor[] {
  const parent = entity.elements?.up_?._target as RestrictedDefinition | undefined
  if (parent && compositionsOf(parent, entity).length) return [linkBy('up_', parent)]
  if (!isExposedAsPart(entity)) return []
  const { entities = {} } = (entity._service ?? {}) as { entities?: object }
  return Object.values(entities).flatMap((whole: RestrictedDefinition) =>
    compositionsOf(whole, entity).map((composition) => linkTo(whole, entity, composition))
  )
}

function isExposedAsPart(entity: RestrictedDefinition): boolean {
  const { '@cds.autoexposed': exposed, '@cds.autoexpose': wanted } = entity
  return Boolean(exposed) && !wanted
}

function compositionsOf(whole: RestrictedDefinition, part: RestrictedDefinition): Composition[] {
  return Object.values(whole.compositions ?? {}).filter(({ _target }) => _target === part)
}

function linkTo(
  whole: RestrictedDefinition,
  part: RestrictedDefinition,
  composition: Composition
): Governor {
  const back = backLink(composition)
  if (back && part.elements?.[back]?._target === whole) return linkBy(back, whole)
  return linkByValues(whole, joinOf(part, composition, back))
}

/**
 * Returns the elements of the target of an association, and those of its source that have the same values; none for a
 * condition of another form than equality.
 *
 * @internal
 */
export function comparedBy(target: RestrictedDefinition, association: Definition): Join {
  return joinOf(target, association, backLink(association))
}

/** The elements of a part that say which record it belongs to: they follow from where it is. @internal */
export function linkingElements(part: RestrictedDefinition, composition: Definition): string[] {
  if ((composition as Composition).keys) return []
  return joinOf(part, composition, backLink(composition)).map(([element]) => element)
}

/** The association of the part in `on part.association = $self`. */
function backLink({ name = '', on = [] }: Composition): string | undefined {
  if (on.length !== 3) return undefined
  const paths = [on[0], on[2]].map((token) => (typeof token === 'object' ? (token.ref ?? []) : []))
  if (!paths.some(([first, ...more]) => first === '$self' && !more.length)) return undefined
  const [, association, ...more] = paths.find(([first]) => first === name) ?? []
  return association !== undefined && !more.length ? nameOf(association) : undefined
}

function linkBy(association: string, entity: RestrictedDefinition): Governor {
  const within = (condition?: Token): Token => {
    const last: Segment = condition ? { id: association, where: [condition] } : association
    return { xpr: ['exists', { ref: [last] }] }
  }
  return { entity, within }
}

/** Elements of the part, and those of the whole that have the same values. */
type Join = readonly (readonly [part: string, whole: string])[]

function joinOf(part: RestrictedDefinition, composition: Composition, back?: string): Join {
  if (composition.keys) {
    return foreignKeys(composition).map(([key, foreign]) => [key, foreign])
  }
  return back ? linkedBy(part, back) : comparedElements(part, composition)
}

/** The foreign keys of an association of the part, and the keys of the whole. */
function linkedBy(part: RestrictedDefinition, association: string): Join {
  const keys = foreignKeys({ name: association, ...part.elements?.[association] })
  return keys.map(([key, own]) => [own, key])
}

/** Keys of the target, and the elements that hold them. */
function foreignKeys({ name = '', keys = [] }: Composition): (readonly [string, string])[] {
  return keys.map(({ ref, $generatedFieldName: generated }) => {
    const key = ref.join('_')
    return [key, generated ?? `${name}_${key}`] as const
  })
}

/** Returns the pairs that `on part.x = y and part.z = $self` compares; none for a condition of another form. */
function comparedElements(part: RestrictedDefinition, { name = '', on = [] }: Composition): Join {
  const join: (readonly [string, string])[] = []
  for (let i = 0; i < on.length; i += 4) {
    const [left, operator, right, and = 'and'] = on.slice(i, i + 4)
    const paths = [left, right].map((token) => (typeof token === 'object' ? (token.ref ?? []) : []))
    const of = paths.find(([first]) => first === name)?.slice(1)
    const own = paths.find(([first]) => first !== name)
    if (operator !== '=' || and !== 'and' || !of?.length || !own?.length) return []
    const [element, other] = [of.map(nameOf).join('_'), own.map(nameOf).join('_')]
    const pairs: Join = other === '$self' ? linkedBy(part, element) : [[element, other]]
    if (!pairs.length) return []
    join.push(...pairs)
  }
  return join
}

/** Links a part by values. A part that can't be linked belongs to no record. */
function linkByValues(entity: RestrictedDefinition, join: Join): Governor {
  const parts = join.map(([part]) => ({ ref: [part] }))
  const columns = join.map(([, whole]) => ({ ref: [whole] }))
  const [only, ...more] = parts
  if (!only) return { entity, within: () => ({ xpr: NEVER }) }
  const within = (condition?: Token): Token => {
    const where = condition ? { where: [condition] } : {}
    const query = { SELECT: { from: { ref: [entity.name] }, columns, ...where } }
    return { xpr: [more.length ? { list: parts } : only, 'in', query] }
  }
  return { entity, within }
}
