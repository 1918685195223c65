/**
 * Returns the environment of a process that a test starts: the home and the temporary files of this test run, and nothing
 * else of what this process has.
 *
 * @param more - further variables; `undefined` for one that is not set
 */
export function processEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { PATH, HOME, USERPROFILE, TMPDIR } = process.env
  const own = { PATH, HOME, USERPROFILE, TMPDIR, ...more }
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined))
}
