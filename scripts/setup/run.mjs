import { spawnSync } from 'node:child_process'
import process from 'node:process'
import { root } from './root.mjs'

/** Runs a command with this terminal, without input, and throws when it fails. */
export function run(command, args, { env = process.env, ...options } = {}) {
  const { status, signal, error } = spawnSync(command, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options
  })
  if (error) throw error
  if (status !== 0) {
    const what = [command, ...args].map((word) => word.replace(`${root}/`, '')).join(' ')
    throw new Error(`${what} failed (${signal ?? `exit code ${status}`})`)
  }
}
