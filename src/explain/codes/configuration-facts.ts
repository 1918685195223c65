import { checkKeys } from '../../configuration/check-keys.js'
import { effectiveKindProblem } from '../../configuration/check-kind.js'
import { configureLimits } from '../../configuration/limit-options.js'
import { checkDelegationOptions } from '../../delegation/install.js'
import { checkExchanges } from '../../destination/exchange/client.js'
import { INSTALL_EMULATOR, isEmulatorInstalled } from '../../development/door.js'
import { restartSettings } from '../../fleet/drain/options.js'
import { ConfigurationError } from '../../errors.js'
import { sharedCacheSettings } from '../../fleet/options.js'
import { resourceMetadata } from '../../inbound/metadata/metadata.js'
import { bindingsOf } from '../../options.js'
import { authenticatesRequests } from '../../lib/adoption.js'
import { isProduction } from '../../lib/profile.js'
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
    () => {
      const problem = effectiveKindProblem(requires, root)
      if (problem) throw new ConfigurationError(problem)
    },
    () => checkRemoteServices(requires),
    () => checkDelegationOptions(requires),
    () => {
      configureLimits(auth.limits)
    },
    () => sharedCacheSettings(requires)
  ]
  if (authenticatesRequests(requires)) {
    checks.push(
      () => trustedIssuers(auth, bindingsOf(auth, requires)),
      () => resourceMetadata(auth, bindingsOf(auth, requires)),
      checkExchanges,
      () => restartSettings(auth.restart, isProduction())
    )
  }
  const found = checks.flatMap((check) => {
    try {
      check()
      return []
    } catch (error) {
      return redact(error instanceof Error ? error.message : String(error))
    }
  })
  const problems = [...new Set(found)] // several checks need the bindings
  const emulator = isEmulatorInstalled() ? 'installed' : `not installed (${INSTALL_EMULATOR})`
  return [
    { name: 'checks of the start', values: problems.length ? problems : ['no problem found'] },
    { name: 'emulator', values: [emulator] }
  ]
}
