import fs from 'node:fs'
import path from 'node:path'

export const root = path.resolve(__dirname, '../../..')

/** The text of a file of this repository. */
export const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8')

/** A JSON file of this repository. */
export const readJson = (file: string): any => JSON.parse(read(file))

/** The files below a folder of this repository, with their paths from its root. */
export function filesIn(folder: string, name: RegExp): string[] {
  return fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll(path.sep, '/')}`)
    .filter((file) => name.test(file))
}

/** How many lines a file has. */
export const lines = (file: string): number => read(file).trimEnd().split('\n').length
