import { join } from 'node:path'

/** Folder of the package: `npm run` starts everything there. */
export const ROOT = process.cwd()

/** A program of `processes/`, compiled. */
export const program = (name: string): string => join(__dirname, '../processes', `${name}.js`)
