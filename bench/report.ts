import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'

import { ROOT } from './support/places.js'
import { STEPS } from './steps.js'
import type { Target } from './support/targets.js'

const PAGE = join(ROOT, 'docs/performance.md')
const RESULTS = join(ROOT, 'bench/results.json')

/** Packages that a result depends on. */
const PACKAGES = [
  '@sap/cds',
  '@sap/xssec',
  '@cap-js/sqlite',
  '@cap-js/postgres',
  '@sap-cloud-sdk/connectivity',
  '@sap-cloud-sdk/http-client',
  'jose',
  'lru-cache'
]

/** A measured value and where it comes from. */
export interface Row extends Target {
  readonly step: string
  /** True if the step was run by itself, after the others. */
  readonly alone?: boolean
}

/** Where it was measured, and with what. */
interface Setting {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly versions: Readonly<Record<string, string>>
}

/** What `bench/results.json` has. */
interface Results extends Setting {
  readonly targets: readonly Row[]
}

/**
 * Writes `bench/results.json` and the table of `docs/performance.md`: all rows, or those of the steps that were run, which
 * are then marked. Rows of another machine or other versions are not mixed.
 */
export function report(rows: readonly Row[], steps: readonly string[]): void {
  const all = Object.keys(STEPS)
  const setting = currentSetting()
  if (steps.length === all.length) return write({ ...setting, targets: rows })
  const { targets, ...former } = JSON.parse(readFileSync(RESULTS, 'utf8')) as Results
  if (!isDeepStrictEqual(former, setting)) {
    console.log('Nothing was written: the other rows are of another machine or other versions.')
    return
  }
  const others = targets.filter(({ step }) => !steps.includes(step))
  const merged = [...others, ...rows.map((row) => ({ ...row, alone: true }))]
  write({ ...setting, targets: all.flatMap((name) => merged.filter(({ step }) => step === name)) })
}

function currentSetting(): Setting {
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }
  return { machine, versions: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])) }
}

function write(results: Results): void {
  writeFileSync(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), results))
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

const MARK = '¹'

/** Between the two marks. */
function withTable(page: string, { machine, versions, targets }: Results): string {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const marked = targets.some(({ alone }) => alone)
  const note = `${MARK} Measured by itself (\`--only\`), after the complete run.`
  const lines = [
    `${machine.cpu}, ${String(machine.cores)} cores, Node ${machine.node}; ${packages.join(', ')}.`,
    '',
    ...aligned([['what', 'measured', 'target', 'met', 'spread'], ...targets.map(cells)]),
    ...(marked ? ['', note] : [])
  ]
  return page.replace(
    /<!-- results -->[^]*<!-- end of results -->/,
    `<!-- results -->\n\n${lines.join('\n')}\n\n<!-- end of results -->`
  )
}

function cells({ name, value, target, met, spread, alone }: Row): string[] {
  return [
    alone ? `${name} ${MARK}` : name,
    value.toPrecision(3),
    `≤ ${String(Number(target.toPrecision(3)))}`,
    met ? 'yes' : '**no**',
    `${(spread * 100).toFixed(0)} %`
  ]
}

/** A table as Prettier has it. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)))
  const [head = '', ...body] = rows.map(
    (row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`
  )
  return [head, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body]
}
