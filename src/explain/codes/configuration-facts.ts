import { checkKeys } from '../../configuration/check-keys.js'
import { checkEffectiveKind } from '../../configuration/check-kind.js'
import { INSTALL_EMULATOR, isEmulatorInstalled } from '../../development/door.js'
import { bindingsOf } from '../../options.js'
import { authenticatesRequests } from '../../lib/adoption.js'
import { redact } from '../../lib/redact.js'
import { checkRemoteServices } from '../../remote/start-checks.js'
import { trustedIssuers } from '../../inbound/authenticator.js'
import type { Project } from '../project/project.js'
import type { Fact } from './fact.js'

/** Runs the checks of the start on the project, and returns what they say. @internal */
export function startChecks(project: Project): Fact[] {
  const { auth, requires, root } = project
  const checks: (() => unknown)[] = [
    () => checkKeys(requires),
    () => checkEffectiveKind(requires, root),
    () => checkRemoteServices(requires)
  ]
  if (authenticatesRequests(requires)) {
    checks.push(() => trustedIssuers(auth, bindingsOf(auth, requires)))
  }
  const problems = checks.flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      return redact(error instanceof Error ? error.message : String(error))
    }
  })
  const emulator = isEmulatorInstalled() ? 'installed' : `not installed (${INSTALL_EMULATOR})`
  return [
    { name: 'checks of the start', values: problems.length ? problems : ['no problem found'] },
    { name: 'emulator', values: [emulator] }
  ]
}
