import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

import { ROOT } from './places.js'
import type { Target } from './targets.js'

const PAGE = join(ROOT, 'docs/performance.md')

/** Packages that a result depends on. */
const PACKAGES = [
  '@sap/cds',
  '@sap/xssec',
  '@sap-cloud-sdk/connectivity',
  '@sap-cloud-sdk/http-client',
  'jose',
  'lru-cache'
]

/** What was measured, where, and with what. */
export interface Results {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string }
  readonly versions: Readonly<Record<string, string>>
  /** A quick look, too short for exact values. */
  readonly quick: boolean
  readonly targets: readonly Target[]
}

/** Writes `bench/results.json`; of a complete run also the table of `docs/performance.md`. */
export function report(targets: readonly Target[], quick: boolean): void {
  const machine = { cpu: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version }
  const versions = Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)]))
  const results: Results = { machine, versions, quick, targets }
  const json = `${JSON.stringify(results, undefined, 2)}\n`
  writeFileSync(join(ROOT, 'bench/results.json'), json)
  if (!quick) writeFileSync(PAGE, withTable(readFileSync(PAGE, 'utf8'), results))
}

function versionOf(name: string): string {
  const manifest = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** Between the two marks. */
function withTable(page: string, { machine, versions, targets }: Results): string {
  const rows = targets.map(({ name, value, target, met, spread }) =>
    [
      name,
      value.toPrecision(3),
      `≤ ${String(Number(target.toPrecision(3)))}`,
      met ? 'yes' : '**no**',
      `${(spread * 100).toFixed(0)} %`
    ].join(' | ')
  )
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const table = [
    `${machine.cpu}, ${String(machine.cores)} cores, Node ${machine.node}; ${packages.join(', ')}.`,
    '',
    '| what | measured | target | met | spread |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`)
  ]
  return page.replace(
    /<!-- results -->[^]*<!-- end of results -->/,
    `<!-- results -->\n\n${table.join('\n')}\n\n<!-- end of results -->`
  )
}
