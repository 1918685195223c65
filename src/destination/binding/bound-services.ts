import type { Service } from '@sap-cloud-sdk/connectivity'

import { findBinding } from './binding.js'

/** Services of the platform that this package uses. */
const LABELS = ['xsuaa', 'identity', 'destination', 'connectivity'] as const

/** Returns the bindings of the platform's services, in the environment, in mounted files and in the configuration. */
export async function boundServices(): Promise<Service[]> {
  const found = await Promise.all(LABELS.map((label) => bindingOf(label)))
  const byLabel = new Map(found.flatMap((each) => (each ? [[each.label, each] as const] : [])))
  return LABELS.flatMap((label) => byLabel.get(label) ?? [])
}

/** Returns a binding with the label of its service: `cds.requires.auth` can have credentials of either issuer. */
async function bindingOf(label: string): Promise<Service | undefined> {
  const found = await findBinding(label)
  if (!found) return undefined
  const isIdentity = label === 'xsuaa' && 'domains' in found.credentials
  return { ...found, label: isIdentity ? 'identity' : label }
}
