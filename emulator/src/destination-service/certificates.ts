import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import type { DestinationCertificate, DestinationConfiguration } from './stored.js'

/** Properties of a destination that name a file. */
export const LOCATIONS = ['KeyStoreLocation', 'TrustStoreLocation'] as const

/**
 * Reads the key stores and trust stores that destinations name: files of the project folder, in place of those that an
 * administrator uploads. As there, a name may stand for none.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for a path in place of a name
 */
export function readCertificates(
  option: string,
  root: string,
  destinations: Iterable<readonly [name: string, DestinationConfiguration]>
): Map<string, DestinationCertificate> {
  const certificates = new Map<string, DestinationCertificate>()
  for (const [destination, properties] of destinations) {
    for (const location of LOCATIONS) {
      const name = properties[location]
      if (!name) continue
      checkName(`${option}.${destination}.${location}`, name)
      const file = join(root, name)
      if (!existsSync(file)) continue
      const Content = readFileSync(file).toString('base64')
      certificates.set(name, { Name: name, Content, Type: 'CERTIFICATE' })
    }
  }
  return certificates
}

function checkName(option: string, name: string): void {
  if (/^[\w.-]*\w$/.test(name)) return
  const text = `${option} must be the name of a file in the project folder: ${name}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

/** The key store that a client authenticates with. */
export function keyStoreOf(
  { Authentication, KeyStoreLocation = '' }: DestinationConfiguration,
  certificates: ReadonlyMap<string, DestinationCertificate>
): DestinationCertificate[] | undefined {
  if (Authentication !== 'ClientCertificateAuthentication') return undefined
  const certificate = certificates.get(KeyStoreLocation)
  return certificate ? [certificate] : []
}
