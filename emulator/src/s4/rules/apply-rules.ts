import { closest } from '../../xs-security/closest.js'
import { type Csn, type Definition, type Element, entitiesOf } from '../model/csn.js'
import type { Activity, AuthorityRule, Comparison } from './parse-rules.js'

type Elements = Readonly<Record<string, Element>>

/** A grant of `@restrict`. */
interface Grant {
  grant: string[]
  to: string
  where?: string
}

/** The events of CAP by activity; operations have their own names. */
const EVENTS: Readonly<Record<Activity, readonly string[]>> = {
  display: ['READ'],
  create: ['CREATE'],
  update: ['UPDATE'],
  delete: ['DELETE'],
  execute: [],
  change: ['CREATE', 'UPDATE', 'DELETE'],
  all: ['READ', 'CREATE', 'UPDATE', 'DELETE']
}

const EXECUTES: ReadonlySet<Activity> = new Set(['execute', 'change', 'all'])

/** A comparison of a property that an entity has. */
export interface EntityComparison extends Comparison {
  readonly expression: string
}

/** A rule as it holds for one entity. */
export interface EntityRule {
  readonly user: string
  readonly events: readonly string[]
  readonly condition: readonly EntityComparison[]
  /** The condition as an expression; without one, the rule holds for all records. */
  readonly where?: string
}

/**
 * Annotates the entities of a model with `@restrict`, so that CAP enforces the rules: the role of a grant is the name of the
 * user. Unbound operations are for users who may execute all.
 *
 * @returns the rules by entity, for the checks of new data
 * @throws Error for an entity or a property that no service has
 */
export function applyRules(
  csn: Csn,
  rules: readonly AuthorityRule[]
): ReadonlyMap<string, readonly EntityRule[]> {
  checkNames(csn, rules)
  const byEntity = new Map<string, readonly EntityRule[]>()
  for (const [name, entity] of entitiesOf(csn)) {
    const own = rules.flatMap((rule) => ruleOf(rule, name, entity))
    byEntity.set(name, own)
    const definition = csn.definitions[name]
    if (definition) definition['@restrict'] = own.map(asGrant)
  }
  for (const definition of Object.values(csn.definitions)) {
    if (definition.kind !== 'action' && definition.kind !== 'function') continue
    const all = rules.filter(({ entities, activities, condition }) => {
      const executes = activities.some((each) => EXECUTES.has(each))
      return executes && !entities.length && !condition.length
    })
    definition['@requires'] = [...all.map(({ user }) => roleOf(user)), NOBODY]
  }
  return byEntity
}

/** A role that no user has: without any grant, CAP would let everybody in. */
const NOBODY = 's4-nobody'

/** The role of a user, in lower case; every user has `any`. */
export const roleOf = (user: string) => (user === '*' ? 'any' : `s4-user-${user.toLowerCase()}`)

function ruleOf(rule: AuthorityRule, name: string, entity: Definition): EntityRule[] {
  const { entities, condition, activities, user } = rule
  const set = name.split('.').at(-1) ?? ''
  if (entities.length && !entities.some((each) => isSame(each, set))) return []
  const elements = entity.elements ?? {}
  const own = condition.flatMap((each) => comparisonOf(each, elements))
  if (own.length < condition.length) return []
  const executes = activities.some((each) => EXECUTES.has(each))
  const operations = executes ? Object.keys(entity.actions ?? {}) : []
  const events = [...new Set([...activities.flatMap((each) => EVENTS[each]), ...operations])]
  const where = own.map(({ expression }) => expression).join(' and ')
  return [{ user, events, condition: own, ...(where && { where }) }]
}

/** Returns a comparison with the property as the entity has it; none without it. */
function comparisonOf(comparison: Comparison, elements: Elements): EntityComparison[] {
  const property = propertyOf(elements, comparison.property)
  if (property === undefined) return []
  const own = { ...comparison, property }
  return [{ ...own, expression: asExpression(own, elements) }]
}

const isSame = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()

/** Rules are written by people: `plant` is the property `Plant`. */
function propertyOf(elements: object, name: string): string | undefined {
  return Object.hasOwn(elements, name)
    ? name
    : Object.keys(elements).find((each) => isSame(each, name))
}

function asGrant({ user, events, where }: EntityRule): Grant {
  return { grant: [...events], to: roleOf(user), ...(where && { where }) }
}

function asExpression({ property, operator, values }: Comparison, elements: Elements): string {
  const type = elements[property]?.type ?? ''
  const literals = values.map((value) => literal(value, type))
  const right = operator === 'in' ? `(${literals.join(', ')})` : literals.join('')
  return `![${property}] ${operator} ${right}`
}

/** Numbers and booleans of the database are no texts. */
function literal(value: string, type: string): string {
  const isPlain = /^cds\.(Integer|Int|Decimal|Double|UInt)/.test(type)
    ? /^-?\d+(\.\d+)?$/.test(value)
    : type === 'cds.Boolean' && /^(true|false)$/.test(value)
  return isPlain ? value : `'${value.replaceAll("'", "''")}'`
}

function checkNames(csn: Csn, rules: readonly AuthorityRule[]): void {
  const entities = entitiesOf(csn)
  const sets = entities.map(([name]) => name.split('.').at(-1) ?? '')
  const properties = [...new Set(entities.flatMap(([, { elements }]) => Object.keys(elements)))]
  const check = (name: string, known: readonly string[], kind: string, { text }: AuthorityRule) => {
    if (known.some((each) => isSame(each, name))) return
    const guess = closest(name, known)
    const hint = guess ? `: did you mean "${guess}"?` : ''
    throw new Error(`rule "${text}": no service has the ${kind} "${name}"${hint}`)
  }
  for (const rule of rules) {
    for (const name of rule.entities) check(name, sets, 'entity', rule)
    for (const { property } of rule.condition) check(property, properties, 'property', rule)
  }
}

/** The rules that give a user an event of an entity. */
export function rulesFor(
  rules: ReadonlyMap<string, readonly EntityRule[]>,
  entity: string,
  user: string,
  event: string
): EntityRule[] {
  const roles = new Set([roleOf(user), roleOf('*')])
  return (rules.get(entity) ?? []).filter(
    (each) => roles.has(roleOf(each.user)) && each.events.includes(event)
  )
}

/** True if a record satisfies a condition; values are compared as texts. */
export function satisfies(
  record: Readonly<Record<string, unknown>>,
  condition: readonly Comparison[]
): boolean {
  return condition.every(({ property, operator, values }) => {
    const isIn = values.includes(asText(record[property]))
    return operator === '<>' ? !isIn : isIn
  })
}

const asText = (value: unknown) =>
  ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : ''
