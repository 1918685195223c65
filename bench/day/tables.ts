import cds from '@sap/cds'

import { KINDS, type Kind } from './counts.js'
import { type Day, simulateDay } from './day.js'
import type { Population } from './load.js'

const POPULATION: Population = { instances: 10, tenants: 50, users: 4 }

const SEED = 1

/** Ways of sharing, with their titles. */
const WAYS = {
  'no shared cache': undefined,
  'shared cache': { userTokens: false },
  '… with `userTokens`': { userTokens: true }
} as const

/** Lines of the two tables of a simulated day. */
interface DayTables {
  /** Requests by kind: of the day, and of its busiest hour. */
  readonly kinds: readonly string[]
  /** Requests by hour. */
  readonly hours: readonly string[]
}

/** Simulates the same day with and without a shared cache. @param newCache - returns one that is empty */
export async function dayTables(
  newCache: () => { readonly uri: string; readonly secret: string }
): Promise<DayTables> {
  cds.log('principal', 'error') // instances start, and Redis is waited for: figures say it
  const days: [string, Day][] = []
  for (const [title, sharing] of Object.entries(WAYS)) {
    const start = performance.now()
    const day = await simulateDay(POPULATION, SEED, sharing && { ...newCache(), ...sharing })
    const seconds = Math.round((performance.now() - start) / 1000)
    const { requests, outages } = day
    console.log(
      `${title}: ${String(requests)} requests in ${String(seconds)} s; an instance was without Redis ${String(outages)} times`
    )
    days.push([title, day])
  }
  return { kinds: byKind(days), hours: byHour(days) }
}

function byKind(days: readonly [string, Day][]): string[] {
  const kinds = Object.keys(KINDS) as Kind[]
  const rows = days.map(([title, { counts }]) => {
    const cell = (kind?: Kind) => `${figure(counts.total(kind))} (${figure(counts.peak(kind))})`
    return [title, ...kinds.map(cell), cell()]
  })
  return table(['', ...Object.values(KINDS), 'sum'], rows)
}

function byHour(days: readonly [string, Day][]): string[] {
  const rows = Array.from({ length: 24 }, (_, hour) => [
    `${String(hour)}:00`,
    ...days.map(([, { counts }]) => figure(counts.ofHour(hour)))
  ])
  return table(['hour', ...days.map(([title]) => title)], rows)
}

const figure = (value: number) => value.toLocaleString('en-US')

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)]
}
