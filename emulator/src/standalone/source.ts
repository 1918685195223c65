import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import { LANDSCAPE_FILE } from '../project/landscape-file.js'
import { completeOptions, type CompleteOptions } from '../project/project-options.js'

/** The origin of a landscape. */
export interface LandscapeSource {
  /** Folder for which it runs: `token`, `job` and `trace` find it there. */
  readonly folder: string
  readonly options: CompleteOptions
  /** Its name for people. */
  readonly name: string
}

const EXAMPLE = '{ "users": { "alice": { "roles": [] } } }'

/**
 * Finds the landscape: a file that is named, `landscape.json` in the folder, or the CAP project there.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` if there is none, or it is wrong
 */
export function landscapeSource(project: string, file: string | undefined): LandscapeSource {
  const folder = resolve(project)
  const own = file === undefined ? join(folder, LANDSCAPE_FILE) : resolve(file)
  if (file !== undefined || existsSync(own)) {
    const options = completeOptions({ root: dirname(own), file: own })
    return { folder, options, name: relative(process.cwd(), own) }
  }
  if (isCapProject(folder)) {
    return { folder, options: completeOptions({ root: folder }), name: 'the CAP project' }
  }
  throw new EmulatorError(
    'ERR_EMULATOR_OPTIONS',
    `there is no ${LANDSCAPE_FILE} in ${folder}, and it is no CAP project: write ${EXAMPLE} to ${LANDSCAPE_FILE}, ` +
      'or name another folder (--project) or file (--file)'
  )
}

/** True if there is a landscape: a file that is named, `landscape.json` in the folder, or a CAP project. */
export function hasLandscape(project: string, file: string | undefined): boolean {
  const folder = resolve(project)
  return file !== undefined || existsSync(join(folder, LANDSCAPE_FILE)) || isCapProject(folder)
}

/** CAP alone makes no project: applications without it have it as a tool, for the mocks of EDMX files. */
function isCapProject(folder: string): boolean {
  const manifest = join(folder, 'package.json')
  if (!existsSync(manifest)) return false
  try {
    createRequire(manifest).resolve('@sap/cds')
    const { dependencies, cds } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest
    const isNamed = dependencies?.['@sap/cds'] !== undefined || cds !== undefined
    return isNamed || CAP_FILES.some((name) => existsSync(join(folder, name)))
  } catch {
    return false
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly cds?: object
}

const CAP_FILES = ['.cdsrc.json', '.cdsrc.yaml', '.cdsrc.js', 'srv', 'db']
