import type { LeftRow } from '../servers/database.js'
import type { Troubles } from '../faults/troubles.js'
import type { Findings } from './findings.js'

/** Milliseconds by which times in the database are rounded, or later than what they are about. */
const ROUNDED = 5_000

/**
 * Judges the rows that are left in the queue. One is as it should be: a call may have happened, since a process, PostgreSQL or the
 * connection to S/4 was lost before its answer was on record, and no earlier answer had confirmed that it can be repeated. All others are
 * findings.
 *
 * @returns ids of the equipment that these changes were for
 */
export function judgeLeftRows(
  rows: readonly LeftRow[],
  troubles: Troubles,
  findings: Findings
): Set<string> {
  const outcomes = new Set<string>()
  for (const row of rows) {
    const wrong = wrongWith(row, troubles)
    if (wrong === undefined) outcomes.add(row.equipment ?? '')
    else findings.add('work is left in the queue', `${wrong}: ${describe(row)}`)
  }
  return outcomes
}

function wrongWith(row: LeftRow, troubles: Troubles): string | undefined {
  const { isOutcome, equipment, state, sentAt, lastAttempt, confirmedAt } = row
  if (!isOutcome || equipment === null) return 'no outcome that is unknown'
  if (state !== 'sent' || sentAt === null || lastAttempt === null) return 'nothing was sent'
  if (confirmedAt !== null && confirmedAt < lastAttempt - ROUNDED)
    return 'not repeated, although S/4 had confirmed that'
  const isCut = equipment.endsWith('X') // by S/4 itself
  if (isCut || troubles.hasLostAnswers(sentAt - 1_000, lastAttempt + ROUNDED)) return undefined
  return 'nothing was wrong while it was sent'
}

function describe({ equipment, attempts, status, error }: LeftRow): string {
  return `${String(equipment)}, ${String(attempts)} attempts, ${String(status)}: ${String(error)}`
}
