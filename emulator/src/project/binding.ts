import tls from 'node:tls'
import { EmulatorError } from '../emulator-error.js'
import type { Emulator } from '../emulator.js'
import {
  attachedLandscape,
  setAttachedLandscape,
  setStartingLandscape,
  startingLandscape,
  type Landscape
} from '../process/attached.js'

/** The part of an emulator that its applications and tools get to know. */
export type Bindable = Pick<
  Emulator,
  'vcapServices' | 'ca' | 'cloudConnectorCa' | 'users' | 'mockedServices' | 'workloadApi'
>

/** Describes an emulator as its applications see it. */
export function describeLandscape(emulator: Bindable): Landscape {
  const { ca, cloudConnectorCa, users, mockedServices, workloadApi } = emulator
  const vcapServices = emulator.vcapServices()
  return {
    vcapServices,
    ca,
    cloudConnectorCa,
    users,
    mockedServices,
    ...(workloadApi && { workloadApi })
  }
}

/**
 * Starts an emulator to which this process belongs as an application: `VCAP_SERVICES` has its bindings, and its
 * authority is trusted, until it stops. A server that starts in this process in the meantime waits for it.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` when the process belongs to another one; and what `start` throws
 */
export async function startBound(start: () => Promise<Emulator>): Promise<Emulator> {
  if (attachedLandscape() ?? startingLandscape()) {
    const text = 'this process is bound to another emulator already: stop that one first'
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  const started = start()
  const landscape = started.then(describeLandscape)
  landscape.catch(() => undefined) // whoever waits for the emulator gets the error
  setStartingLandscape(landscape)
  try {
    const emulator = await started
    const unbind = bind(await landscape)
    return {
      ...emulator,
      stop: () => {
        unbind()
        return emulator.stop()
      }
    }
  } finally {
    setStartingLandscape(undefined)
  }
}

/** @returns how to undo it, once */
function bind(landscape: Landscape): () => void {
  const { vcapServices, workloadApi } = landscape
  const restore = environment(JSON.stringify(vcapServices), workloadApi)
  const trusted = tls.getCACertificates('default')
  tls.setDefaultCACertificates([...trusted, landscape.ca])
  setAttachedLandscape(landscape)
  return () => {
    if (attachedLandscape() !== landscape) return
    setAttachedLandscape(undefined)
    tls.setDefaultCACertificates(trusted)
    restore()
  }
}

/** @returns how to undo it */
function environment(VCAP_SERVICES: string, SPIFFE_ENDPOINT_SOCKET: string | undefined) {
  const own = { VCAP_SERVICES, ...(SPIFFE_ENDPOINT_SOCKET && { SPIFFE_ENDPOINT_SOCKET }) }
  const before = Object.keys(own).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, own)
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
}
