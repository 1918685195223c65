import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Returns the path of a file of this package. This module is two folders below the package's folder everywhere: in `src/configuration`,
 * in `dist/configuration`, and as a part of a file in `dist/rooms`.
 *
 * @param path - from the folder of the package
 * @internal
 */
export function ownFile(path: string): string {
  return join(__dirname, '../..', path)
}

/** Reads this package's name, version and description. @internal */
export function ownManifest(): { version: string; description: string } {
  return JSON.parse(readFileSync(ownFile('package.json'), 'utf8')) as ReturnType<typeof ownManifest>
}
