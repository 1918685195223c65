import { LEAVES, NESTED } from '../restrictions-matrix/conditions.js'
import type { Subject } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { SUBJECTS } from '../restrictions-matrix/served-rows.js'

const ofTheUser = NESTED.filter(({ cds }) => cds.includes('$user'))

/** All of the comparisons, and a part of their combinations. */
export const CONDITIONS: Condition[] = [
  ...LEAVES,
  ...ofTheUser.filter((_, index) => index % 31 === 0)
]

const STATES = ['missing', 'null', 'empty list', 'list of the empty string', 'one', 'several']

/** A user for each of the states in which CAP behaves differently. */
export const USERS: [string, Subject][] = SUBJECTS.filter(([state]) =>
  [...STATES, 'number', 'boolean'].includes(state)
)
