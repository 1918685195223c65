import type { Condition, Expression, Operand, Segment, Subquery, Token } from '../types.js'
import { truthOf } from '../derived.js'
import { targetAt, typeOfOperand } from '../element-type.js'
import { mentionsRow, mentionsUser, nameOf } from '../mentions.js'
import {
  anchored,
  atTarget,
  existsAt,
  flattened,
  hasJoin,
  joinedPath,
  pathsIn,
  withoutRecord
} from './joined-path.js'
import { parseCondition } from '../parse.js'
import {
  all,
  compareWithUser,
  FLIPPED,
  joined,
  present,
  type Reference,
  withoutIs
} from './comparison.js'
import { normalizePattern, normalizePredicate } from './pattern.js'
import { UnsafeCondition } from '../unsafe.js'
import { sourceOf } from '../user-value.js'
import type { Scope } from './scope.js'

/**
 * The normal form of a condition with `$user`: one that CAP evaluates as its guide says. `not` never stands around
 * something of the user, every comparison stands alone in its parentheses, and every `$user` names a derived attribute.
 *
 * @throws {@link UnsafeCondition} if there is none
 * @internal
 */
export function normalize(tokens: readonly Token[], scope: Scope): Token[] {
  const { entity, remote } = scope
  const flat = flattened(tokens, entity)
  return rewrite(parseCondition(remote ? flat : anchored(flat, entity)), true, scope)
}

/** The condition of being true, or false, for the user. A comparison without a value of the user is neither. */
function rewrite(condition: Condition, expected: boolean, scope: Scope): Token[] {
  const { tokens } = condition
  const isOfUser = mentionsUser(tokens)
  if (!isOfUser && (scope.remote || !hasJoin(tokens, scope.entity))) {
    const plain = scope.remote ? withoutIs(tokens) : [...tokens]
    return expected ? plain : ['not', { xpr: plain }]
  }
  if (isOfUser && !mentionsRow(tokens)) return present(scope.reference(truthOf(tokens, expected)))
  switch (condition.kind) {
    case 'not':
      return rewrite(condition.part, !expected, scope)
    case 'and':
    case 'or': {
      const keyword = (condition.kind === 'and') === expected ? 'and' : 'or'
      const parts = condition.parts.map((part) => rewrite(part, expected, scope))
      return joined(keyword, parts)
    }
    case 'between':
      return rewrite(asComparisons(condition), expected, scope)
    default: {
      const path = scope.remote ? undefined : joinedPath(condition, scope.entity)
      if (path) return [{ xpr: atEndOf(path, condition, expected, scope) }]
      if (!scope.remote && hasJoin(tokens, scope.entity)) scope.onJoin(tokens)
      if (isOfUser) return [{ xpr: leaf(condition, expected, scope) }]
      return expected ? [{ xpr: tokens }] : ['not', { xpr: tokens }]
    }
  }
}

/**
 * Asks for a record at the end of the path, as filters can't follow paths. Without a record, elements there are null: where
 * the outcome of a comparison with null is the expected one, no record is as good.
 */
function atEndOf(
  path: readonly string[],
  condition: Condition,
  expected: boolean,
  scope: Scope
): Token[] {
  const compared: Token[][] = []
  const entity = targetAt(path, scope.entity)
  const inner = { ...scope, entity, reference: guarding(scope.reference, compared) }
  const where = rewrite(atTarget(condition, scope.entity), expected, inner)
  const found = existsAt([...path.slice(0, -1), { id: path.at(-1) ?? '', where }])
  if (withoutRecord(condition) !== expected) return found
  return joined('or', [found, all(...compared, ['not', ...existsAt(path)])])
}

function leaf(condition: Condition, expected: boolean, scope: Scope): Token[] {
  switch (condition.kind) {
    case 'compare': {
      const flip = mentionsUser(condition.left)
      const [row, user] = flip
        ? [condition.right, condition.left]
        : [condition.left, condition.right]
      if (mentionsRow(user)) throw mixed()
      const operator = flip ? FLIPPED[condition.operator] : condition.operator
      const source = sourceOf(user)
      return compareWithUser(subject(row, scope), operator, source, expected, scope.reference)
    }
    case 'like':
      return normalizePattern({ ...condition, kind: 'like' }, expected, scope)
    case 'bare':
      return normalizePredicate(condition.value, expected, scope)
    case 'exists':
      return existence(condition.target, expected, scope)
    case 'in':
      return membership(condition, expected, scope)
    default:
      throw new UnsafeCondition(
        '"is null" of something calculated with $user',
        'ask for $user.<attribute> is null, or for an element'
      )
  }
}

function subject(operand: Operand, scope: Scope) {
  refuseUser(operand)
  return { operand, type: typeOfOperand(operand, scope.entity), remote: scope.remote }
}

function asComparisons(condition: Extract<Condition, { kind: 'between' }>): Condition {
  const { value, low, high, tokens } = condition
  if (mentionsUser(value)) {
    throw new UnsafeCondition(
      '$user between elements: with several values, one and the same would have to fit both',
      'write element <= $user.<attribute> and element >= $user.<attribute>, where different values may fit'
    )
  }
  const part = (operator: '>=' | '<=', right: Operand): Condition => ({
    kind: 'compare',
    operator,
    left: value,
    right,
    tokens: [...value, operator, ...right]
  })
  return { kind: 'and', parts: [part('>=', low), part('<=', high)], tokens }
}

function existence(target: Expression, expected: boolean, scope: Scope): Token[] {
  const compared: Token[][] = []
  const inner: Scope = { ...scope, reference: guarding(scope.reference, compared) }
  const rewritten: Token[] = ['exists', within(target, inner)]
  return expected ? rewritten : all(...compared, ['not', ...rewritten])
}

/** A filter that is false for want of a value would make its negation true: remembers what has to have a value. */
function guarding(reference: Reference, compared: Token[][]): Reference {
  return (attribute) => {
    const { presence } = attribute
    if (presence) compared.push(present(reference(presence)))
    return reference(attribute)
  }
}

function membership(
  { value, query }: Extract<Condition, { kind: 'in' }>,
  expected: boolean,
  scope: Scope
): Token[] {
  if (!expected) {
    throw new UnsafeCondition('"not in" a subquery with $user', 'write "not exists" with a filter')
  }
  refuseUser(value)
  return [...value, 'in', within(query, scope)]
}

/** The path or the subquery, with its filters rewritten. */
function within({ ref, SELECT, ...rest }: Expression, scope: Scope): Expression {
  if (SELECT) return { ...rest, SELECT: subquery(SELECT, scope) }
  const walked: string[] = []
  return { ...rest, ref: (ref ?? []).map((segment) => filtered(segment, walked, scope)) }
}

function filtered(segment: Segment, walked: string[], scope: Scope): Segment {
  walked.push(nameOf(segment))
  if (typeof segment === 'string' || !segment.where || !mentionsUser(segment.where)) return segment
  if (pathsIn(segment.where).some(([first]) => first === '$self')) {
    throw new UnsafeCondition(
      '$self in a filter with $user',
      'compare elements of the records that are filtered'
    )
  }
  const entity = targetAt(walked, scope.entity)
  return { ...segment, where: normalize(segment.where, { ...scope, entity }) }
}

function subquery({ where, ...select }: Subquery, scope: Scope): Subquery {
  const [name, ...path] = select.from?.ref ?? []
  if (!where || name === undefined || path.length || mentionsUser([{ SELECT: select }])) {
    throw new UnsafeCondition(
      'a subquery with $user elsewhere than in its "where"',
      'write "exists" with a path and a filter'
    )
  }
  const entity = scope.definition(nameOf(name))
  return { ...select, where: normalize(where, { ...scope, entity }) }
}

function refuseUser(operand: Operand): void {
  if (mentionsUser(operand)) throw mixed()
}

function mixed(): UnsafeCondition {
  return new UnsafeCondition(
    'it mixes $user and an element in one operand',
    'put the element on one side of the comparison and $user.<attribute> on the other, and filters of associations into "exists"'
  )
}
