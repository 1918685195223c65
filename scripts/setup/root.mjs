import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** A path inside this repository. */
export const inRoot = (...segments) => path.join(root, ...segments)
