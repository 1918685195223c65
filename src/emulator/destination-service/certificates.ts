import { existsSync, readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { EmulatorError } from '../emulator-error.js'
import type { DestinationConfiguration } from './configuration.js'

/** A key store or trust store, as the Destination service answers it. */
export interface DestinationCertificate {
  Name: string
  /** The file, in Base64. */
  Content: string
  Type: 'CERTIFICATE'
}

/** Properties that name a file. */
const LOCATIONS = ['KeyStoreLocation', 'TrustStoreLocation'] as const

/**
 * Reads the key stores and trust stores that destinations name: files of the project folder, in place of those that an
 * administrator uploads.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for a file that is not there
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
      const Content = read(`${option}.${destination}.${location}`, root, name)
      certificates.set(name, { Name: name, Content, Type: 'CERTIFICATE' })
    }
  }
  return certificates
}

function read(option: string, root: string, name: string): string {
  const file = resolve(root, name)
  if (name !== basename(name) || !existsSync(file)) {
    const text = `${option} must be the name of a file in the project folder: ${name}`
    throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
  }
  return readFileSync(file).toString('base64')
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
