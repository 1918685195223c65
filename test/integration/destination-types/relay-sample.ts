import { join } from 'node:path'

import type { EmulatorOptions } from '../../../emulator/src/index.js'
import { exchangeDescriptor } from '../../support/descriptor.js'
import { RunningSample } from '../../support/running-sample.js'

const roles = ['Technician', 'Token_Exchange']

/**
 * The sample with a required service for each destination, which the service of `app` calls; `dave` has no `uaa.user`.
 *
 * @param ca - of the backend behind the destinations
 * @param landscape - further options of the emulator
 */
export function startRelay(
  ca: string,
  destinations: NonNullable<EmulatorOptions['destinations']>,
  landscape: Partial<EmulatorOptions> = {}
): Promise<RunningSample> {
  const services = Object.keys(destinations).map((destination) => [
    destination,
    { kind: 'rest', credentials: { destination } }
  ])
  return RunningSample.start(
    { ca, extra: join(__dirname, 'app'), requires: Object.fromEntries(services) },
    {
      users: { alice: { roles }, bob: { roles }, dave: { roles: ['Viewer'] } },
      xsSecurity: exchangeDescriptor(),
      destinations,
      ...landscape
    }
  )
}

/**
 * Lets the sample call a service.
 *
 * @param user - in whose request; `undefined`: in one of the application itself
 */
export async function relay(
  app: RunningSample,
  user: string | undefined,
  action: string,
  service: string
) {
  const { body } = await (await app.as(user)).get(`/odata/v4/relay/${action}(service='${service}')`)
  return JSON.parse(body.value as unknown as string)
}
