import { writeFileSync } from 'node:fs'

import { EmulatorError } from '../emulator-error.js'
import { type Imported, importLandscape } from '../import/import-landscape.js'

/** Options of `cds-principal-emulator import`. */
export interface ImportOptions {
  readonly destinations?: readonly string[]
  readonly vcap?: string
  readonly xsSecurity?: string
  readonly mta?: string
  readonly output: string
  readonly force?: boolean
}

/** The schema, for editors; it is in the folder of the project. */
const SCHEMA = './node_modules/cds-principal-emulator/schema/landscape.json'

/**
 * Writes a landscape file from exported files, and prints what was replaced and what the emulator cannot do.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`, also when the file is there already
 */
export function importCommand({ output, force, ...exports }: ImportOptions): void {
  const imported = importLandscape(exports)
  const content = { $schema: SCHEMA, ...imported.landscape }
  write(output, `${JSON.stringify(content, undefined, 2)}\n`, force)
  process.stdout.write(`${reportOf(output, imported).join('\n')}\n`)
}

function write(path: string, content: string, force = false): void {
  try {
    writeFileSync(path, content, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const { code } = error as { code?: string }
    const reason =
      code === 'EEXIST' ? 'it is there already; --force replaces it' : 'it cannot be written'
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', `--output ${path}: ${reason}`, { cause: error })
  }
}

/** Returns the lines that tell what became of the exports; no line has a value that was replaced. */
function reportOf(output: string, { replaced, limits }: Imported): string[] {
  return [
    `${output} is written.`,
    ...(replaced.length ? ['', 'Replaced:'] : []),
    ...replaced.map(({ place, kind, by }) => `  ${place}: ${kind} → ${by ?? 'left out'}`),
    '',
    'To know, and to do:',
    ...limits.map((line) => `  ${line}.`),
    '  The exported files hold secrets: delete them.'
  ]
}
