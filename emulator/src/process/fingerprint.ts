import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { LOCATIONS } from '../destination-service/certificates.js'
import type { LocatedOptions } from '../types.js'

/** Options of systems, destinations and trust that name a file or a folder; some of them may be something else instead. */
const FILES = new Set(['backend', 'edmx', 'file', 'data', 'rules', 'certificate', ...LOCATIONS])

/**
 * Returns a text that changes with what a landscape is made of: its options, the content of security descriptors, and size and time
 * of the files that systems and destinations name. Files that a backend module loads are not among them.
 */
export function fingerprintOf(options: LocatedOptions): string {
  const { root } = options
  const contents = descriptorsOf(options)
    .map((file) => resolve(root, file))
    .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
  const stamps = filesIn(options).flatMap((file) => stampsOf(resolve(root, file)))
  return createHash('sha256')
    .update(JSON.stringify([options, contents, stamps]))
    .digest('hex')
}

function descriptorsOf({ xsSecurity = 'xs-security.json', applications = {} }: LocatedOptions) {
  const others = Object.values(applications).map((application) => application.xsSecurity)
  return [xsSecurity, ...others].filter((each) => typeof each === 'string')
}

/** Returns the texts that may name a file. The options are not checked yet. */
function filesIn(options: unknown, isFile = false): string[] {
  if (typeof options === 'string') return isFile ? [options] : []
  if (Array.isArray(options)) return options.flatMap((each) => filesIn(each, isFile))
  if (typeof options !== 'object' || options === null) return []
  return Object.entries(options).flatMap(([name, value]) => filesIn(value, FILES.has(name)))
}

/** Returns size and time of a file, or of all files in a folder. */
function stampsOf(path: string): unknown[] {
  if (!existsSync(path)) return []
  const stat = statSync(path)
  if (!stat.isDirectory()) return [[path, stat.size, stat.mtimeMs]]
  const names = readdirSync(path).sort()
  return names.flatMap((name) => stampsOf(join(path, name)))
}
