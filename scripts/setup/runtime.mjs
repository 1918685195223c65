import path from 'node:path'
import process from 'node:process'
import { inRoot } from './root.mjs'

/** Node 24, which this repository brings along as the package `node`. */
export const runtime = inRoot(
  'node_modules/node/bin',
  process.platform === 'win32' ? 'node.exe' : 'node'
)

/** This process's environment, with that runtime and the project's commands first on the PATH. */
export function environment(extra = {}) {
  const first = [path.dirname(runtime), inRoot('node_modules/.bin')]
  const rest = process.env.PATH ?? ''
  return { ...process.env, PATH: [...first, rest].join(path.delimiter), ...extra }
}
