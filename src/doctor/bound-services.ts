import type { Service } from '@sap-cloud-sdk/connectivity'

import { findBinding } from '../destination/binding/binding.js'

/** Services of the platform that this package uses. */
const LABELS = ['xsuaa', 'identity', 'destination', 'connectivity'] as const

/** Returns the bindings of the platform's services, in the environment, in mounted files and in the configuration. */
export async function boundServices(): Promise<Service[]> {
  const found = await Promise.all(LABELS.map((label) => findBinding(label)))
  return found.flatMap((each, i) => (each ? [{ ...each, label: LABELS[i] ?? each.label }] : []))
}
