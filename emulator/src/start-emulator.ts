import { assertLocal } from './http/assert-local.js'
import { assemble, closeAll } from './landscape/assemble.js'
import { startBound } from './project/binding.js'
import { checkCertificateValidity } from './certificates/binding-certificates.js'
import { createLandscapeCertificates } from './certificates/landscape-certificates.js'
import { parseSubjectPattern } from './certificates/subject-pattern.js'
import { readPropagation } from './connectivity/cloud-connector-options.js'
import { checkOptions } from './project/check-options.js'
import { createTrustedApplication, withTrustedApplication } from './delegation/trust-application.js'
import { createDestinations } from './destination-service/configuration.js'
import type { Emulator } from './emulator.js'
import { createIdentityTenant } from './ias/identity-tenant.js'
import { createLandscape } from './landscape/landscape.js'
import { allProcesses, startOnPremise } from './landscape/on-premise.js'
import { completeOptions } from './project/project-options.js'
import { createSamlService } from './saml/saml-service.js'
import type { EmulatorOptions } from './types.js'
import { checkCredentialTypes, isAttested } from './workload/credential-types.js'
import { startWorkloadApi } from './workload/workload-api.js'
import { SigningKeys } from './xsuaa/signing-keys.js'

/**
 * Starts XSUAA, Destination service, Connectivity proxy with a Cloud Connector, and the backends
 * behind it, on free ports of loopback and with new keys. Several can run in one process.
 *
 * @example
 * ```js
 * const emulator = await startEmulator({ root: cds.root, bind: true })
 * const token = await emulator.issueToken({ user: 'alice' })
 * ```
 * @throws EmulatorError if the configuration is wrong, a backend does not start, or the process is
 * anywhere near production
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  assertLocal(process.env)
  checkOptions(options)
  return options.bind ? startBound(() => start(options)) : start(options)
}

async function start(given: EmulatorOptions): Promise<Emulator> {
  const complete = completeOptions(given)
  checkOptions(complete)
  checkCredentialTypes(complete)
  checkCertificateValidity(complete)
  const application = await createTrustedApplication(complete)
  const options = withTrustedApplication(complete, application)
  const landscape = createLandscape(options)
  // whatever can be wrong in the configuration comes to light before anything starts
  const identityTenant = createIdentityTenant(options)
  const destinations = createDestinations(options)
  const saml = createSamlService(options, landscape)
  const subjectPattern = parseSubjectPattern(options.subjectPattern ?? 'CN=${name}')
  const propagation = readPropagation(options)
  const [certificates, keys] = await Promise.all([
    createLandscapeCertificates(
      landscape.subdomains.values(),
      landscape.clock,
      options.bindingCertificateValidityInSec
    ),
    SigningKeys.create()
  ])
  const closers: (() => Promise<void>)[] = [() => Promise.resolve(certificates.bindings.close())]
  try {
    const onPremise = await startOnPremise(options, certificates)
    for (const { stop } of allProcesses(onPremise)) closers.push(stop)
    const workload = isAttested(options)
      ? await startWorkloadApi(landscape.spiffeId, certificates.clients)
      : undefined
    if (workload) closers.push(() => workload.close())
    const emulator = await assemble({
      options,
      application,
      landscape,
      identityTenant,
      destinations,
      saml,
      subjectPattern,
      propagation,
      certificates,
      keys,
      onPremise,
      closers
    })
    return { ...emulator, ...(workload && { workloadApi: workload.address }) }
  } catch (error) {
    await closeAll(closers)
    throw error
  }
}
