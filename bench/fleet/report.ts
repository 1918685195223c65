import { cpus } from 'node:os'

import type { Findings } from './checks/findings.js'
import { type Options, sharesUserTokens } from './command-line.js'
import type { Result } from './run.js'

/** Returns the result of a run as Markdown: a summary first, then all figures. */
export function report(result: Result, { seed }: Options, findings: Findings): string {
  return [
    `Seed ${String(seed)}, ${sharesUserTokens(seed) ? 'with' : 'without'} userTokens, ${String(cpus().length)} cores.`,
    summaryTable(result, findings),
    callTable(result),
    faultTable(result),
    outcome(result),
    findings.isEmpty
      ? 'No wrong author, nothing lost, nothing twice, no secret anywhere.'
      : `Findings:\n\n${findings.toString()}`
  ].join('\n\n')
}

function summaryTable(
  { load, seconds, faults, ledger, unknown }: Result,
  findings: Findings
): string {
  const sum = [...faults.values()].reduce((total, count) => total + count, 0)
  const { recorded } = ledger.summary()
  return table(
    [
      'calls',
      'minutes',
      'calls a second',
      'faults',
      'work on record',
      'may have happened',
      'findings'
    ],
    [
      [
        ...[load.calls, Math.round(seconds / 6) / 10, Math.round(load.calls / seconds), sum],
        ...[recorded, unknown.all, findings.count]
      ]
    ]
  )
}

function callTable({ load }: Result): string {
  const counts = [...load.counts].sort(([a], [b]) => a.localeCompare(b))
  const rows = counts.map(([name, { number, milliseconds }]) => {
    const [kind = '', ...outcome] = name.split(' ')
    return [kind, outcome.join(' '), number, Math.round(milliseconds / number)]
  })
  return table(['calls', 'outcome', 'number', 'ms on average'], rows)
}

function faultTable({ faults }: Result): string {
  const rows = [...faults].sort(([a], [b]) => a.localeCompare(b))
  return table(['fault', 'number'], rows)
}

function outcome({ ledger, unknown, longestRecovery }: Result): string {
  const { acknowledged, executedUnknown, notExecutedUnknown } = ledger.summary()
  const recovery = String(Math.round(longestRecovery / 1000))
  return `Work in the systems: ${String(acknowledged)} acknowledged; without an answer, ${String(executedUnknown)} executed and ${String(notExecutedUnknown)} not.
Of planned changes, ${String(unknown.all)} were given up since they may have happened, and S/4 has ${String(unknown.recorded)} of them.
After an outage, everything worked again within ${recovery} s.`
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const lines = [head, head.map(() => '---'), ...rows]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
