import { sampled } from '../../support/generated-inputs.js'
import { LEAVES, NESTED } from '../restrictions-matrix/conditions.js'
import { LONG, type Subject } from '../restrictions-matrix/fixture.js'
import { type Condition, negated, TEXT } from '../restrictions-matrix/leaves.js'
import { PATHS } from '../restrictions-matrix/path-leaves.js'
import { SUBJECTS } from '../restrictions-matrix/served-rows.js'

const ofTheUser = NESTED.filter(({ cds }) => cds.includes('$user'))

/** All of the comparisons with the user, and a part of their negations and combinations. */
export const CONDITIONS: Condition[] = [
  ...LEAVES.filter(({ cds }) => cds.includes('$user')),
  ...sampled([...TEXT, ...PATHS].map(negated), 0.3),
  ...sampled(ofTheUser, 0.03)
]

const STATES = ['missing', 'null', 'empty list', 'list of the empty string', 'one', 'several']

/** A user for each of the states in which CAP behaves differently. */
export const USERS: [string, Subject][] = SUBJECTS.filter(([state]) =>
  [...STATES, 'number', 'boolean'].includes(state)
)

/** Texts that are patterns. */
export const PATTERNS: Condition[] = [...TEXT, ...TEXT.map(negated), ...PATHS].filter(({ cds }) =>
  /like|startswith|endswith|contains/.test(cds)
)

/** Users with patterns, more of them than are compared one by one, and with very many values. */
export const USERS_WITH_PATTERNS: [string, Subject][] = [
  ...SUBJECTS.filter(([state]) => ['pattern', 'odd text', 'eleven patterns'].includes(state)),
  ['ten thousand values', { id: 'alice', tenant: 't1', attr: LONG }]
]
