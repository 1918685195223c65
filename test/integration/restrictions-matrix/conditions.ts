import {
  COMPARISONS,
  type Condition,
  EXISTENCE,
  MEMBERSHIP,
  negated,
  PLAIN,
  RANGES,
  STATIC,
  TEXT
} from './leaves.js'
import { PATH_EXISTENCE, PATHS, PLAIN_PATHS } from './path-leaves.js'
import { and, not, or } from './reference.js'

/** Every comparison. */
export const LEAVES = [
  ...COMPARISONS,
  ...MEMBERSHIP,
  ...TEXT,
  ...RANGES,
  ...STATIC,
  ...EXISTENCE,
  ...PATHS,
  ...PLAIN_PATHS,
  ...PATH_EXISTENCE
]

/** One of each kind, to be put next to each other. */
const TYPICAL = [
  ...[0, 1, 4, 6, 8, 16].flatMap((index) => COMPARISONS[index] ?? []),
  ...MEMBERSHIP.slice(1, 2),
  ...TEXT.slice(0, 1),
  ...RANGES.slice(0, 1),
  ...STATIC.slice(0, 1),
  ...STATIC.slice(3, 4),
  ...EXISTENCE.slice(0, 1),
  ...PATHS.slice(4, 5),
  ...PLAIN_PATHS.slice(0, 1),
  ...PLAIN
]

/** Ways to write `a` and `b` together. */
const NESTINGS: ((a: Condition, b: Condition) => Condition)[] = [
  (a, b) => ({
    cds: `${a.cds} and ${b.cds}`,
    holds: (row, user) => and(a.holds(row, user), b.holds(row, user))
  }),
  (a, b) => ({
    cds: `${a.cds} or ${b.cds}`,
    holds: (row, user) => or(a.holds(row, user), b.holds(row, user))
  }),
  (a, b) => ({
    cds: `not (${a.cds} and not ${b.cds})`,
    holds: (row, user) => not(and(a.holds(row, user), not(b.holds(row, user))))
  }),
  (a, b) => ({
    cds: `(${a.cds} or (${b.cds} and not ${a.cds})) and not (${b.cds})`,
    holds: (row, user) => {
      const [first, second] = [a.holds(row, user), b.holds(row, user)]
      return and(or(first, and(second, not(first))), not(second))
    }
  })
]

/** Every comparison, and its negation in each way to write it. */
export const SINGLE: Condition[] = [
  ...LEAVES,
  ...LEAVES.map(negated),
  ...LEAVES.map((leaf) => ({ ...negated(leaf), cds: `not ${leaf.cds}` })).filter(
    ({ cds }) => !cds.includes(' and ')
  ),
  ...LEAVES.map(negated).map(negated)
]

/** Two comparisons next to each other. */
export const NESTED: Condition[] = TYPICAL.flatMap((a) =>
  TYPICAL.flatMap((b) => NESTINGS.map((nest) => nest(a, b)))
)

/** Nothing but the user. */
export const STATIC_CONDITIONS: Condition[] = [...STATIC, ...STATIC.map(negated)]
