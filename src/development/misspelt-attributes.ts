import { nearestName } from '../lib/wording/closest.js'
import { logWarning } from '../lib/log.js'
import type { AuthOptions } from '../options.js'

/**
 * Warns of attributes of the emulated users for which no condition of the model asks, although one asks for nearly the same
 * name. Users are not named: their names can be those of people.
 *
 * @param asked - names of attributes in the conditions of the model
 * @param unknown - returns those names that no token can bring; the start names them where the model has them
 * @internal
 */
export function warnOfMisspeltAttributes(
  users: AuthOptions['users'],
  asked: readonly string[],
  unknown: (names: readonly string[]) => readonly string[]
): void {
  const all = Object.values(users ?? {}).flatMap((user) =>
    typeof user === 'object' ? Object.keys(user.attr ?? {}) : []
  )
  for (const name of new Set(all)) {
    const near = nearestName(name, asked)
    if (near === undefined) continue
    const wrong = unknown([name, near])
    if (wrong.length === 1 && wrong[0] === near) continue
    const isOfUser = wrong.length === 1 || all.includes(near)
    logWarning(
      `"${name}" in "attr" of a user in cds.requires.auth.users is an attribute that no condition asks for` +
        (isOfUser
          ? `: did you mean "${near}"?`
          : `, and conditions ask for "${near}", which no user has: correct one of the two`)
    )
  }
}
