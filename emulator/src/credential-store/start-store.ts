import { randomUUID } from 'node:crypto'
import { createServer } from 'node:https'
import {
  type LandscapeCertificates,
  withClientCertificates
} from '../certificates/landscape-certificates.js'
import type { TrustedApplication } from '../delegation/trust-application.js'
import { EmulatorError } from '../emulator-error.js'
import { type Observation, serveApi } from '../http/api-server.js'
import { listen, type Listener } from '../http/listener.js'
import type { Clock } from '../landscape/clock.js'
import type { EmulatorOptions, ServiceBinding } from '../types.js'
import { isNamespace, problemOf } from './credentials.js'
import { createStoreHandler } from './handler.js'
import { createInstance, CREDENTIAL_STORE, endOfBinding, storeBinding } from './instance.js'
import type { CredentialStore } from './types.js'

/** The service, listening. */
export interface RunningStore {
  readonly listener: Listener
  readonly store: CredentialStore
  readonly binding: () => ServiceBinding
}

/**
 * Starts the SAP Credential Store, if the landscape has one. It has the keys of an application that the landscape trusts.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export async function startCredentialStore(
  { credentialStore }: Pick<EmulatorOptions, 'credentialStore'>,
  application: TrustedApplication | undefined,
  clock: Clock,
  certificates: LandscapeCertificates,
  observation: Omit<Observation, 'endpointOf'>
): Promise<RunningStore | undefined> {
  if (!credentialStore) return undefined
  const instance = await createInstance(credentialStore, clock, certificates)
  const server = createServer(withClientCertificates(certificates))
  const listener = await listen(server)
  serveApi(
    server,
    { ...observation, endpointOf: () => CREDENTIAL_STORE },
    createStoreHandler(instance)
  )
  const store: CredentialStore = {
    write: (namespace, credential) => {
      const { type = 'key' } = credential
      const problem = isNamespace(namespace) ? problemOf(type, credential) : 'no such namespace'
      if (problem)
        throw new EmulatorError('ERR_EMULATOR_OPTIONS', `credentialStore.write: ${problem}`)
      instance.credentials.write(namespace, type, credential)
    },
    remove: (namespace, name, type = 'key') => instance.credentials.remove(namespace, type, name)
  }
  if (application) {
    const { recordKey, assertionKey } = application.keys
    const file = JSON.stringify({ recordKeys: [recordKey], assertionKeys: [assertionKey] })
    const value = Buffer.from(file).toString('base64')
    const options = credentialStore === true ? {} : credentialStore
    const { namespace = 'cds-principal', name = 'delegation-keys' } = options
    store.write(namespace, { name, value })
  }
  const guid = randomUUID()
  const end = endOfBinding(clock)
  return { listener, store, binding: () => storeBinding(instance, listener.port, guid, end) }
}
