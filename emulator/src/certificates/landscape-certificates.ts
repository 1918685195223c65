import type { Clock } from '../landscape/clock.js'
import {
  createAuthority,
  LANDSCAPE_VALID_MS,
  type Authority,
  type TlsIdentity
} from './authority.js'
import { BindingCertificates } from './binding-certificates.js'
import type { Landscape } from '../landscape/landscape.js'

/** Every key and certificate of one emulator. */
export interface LandscapeCertificates {
  /** Authority of the servers: what the application and the Cloud Connector trust. */
  landscapeCa: string
  /** TLS server identity of XSUAA, Destination service and backends. */
  server: TlsIdentity
  /** Authority of client certificates in bindings: what XSUAA, Identity Authentication and the platform's router trust. */
  clients: Authority
  /** Client certificates in bindings. */
  bindings: BindingCertificates
  /** Authority of the Cloud Connector: what the backends trust. */
  cloudConnector: Authority
  /** TLS client identity of the Cloud Connector, its "system certificate". */
  system: TlsIdentity
}

/**
 * Creates all of them anew; none is ever written to disk.
 *
 * @param subdomains - of the tenants: clients such as Node take no wildcard right below `localhost`
 * @param validityInSec - of the certificates in bindings; default: as long as the landscape runs
 */
export async function createLandscapeCertificates(
  subdomains: Iterable<string>,
  clock: Clock,
  validityInSec?: number
): Promise<LandscapeCertificates> {
  const names = [...new Set([...subdomains, 'app'])].map((each) => `${each}.localhost`)
  const [landscape, clients, cloudConnector] = await Promise.all([
    createAuthority('CN=cds-principal emulator', clock),
    // TLS servers check certificates in bindings by the clock of the machine
    createAuthority('CN=cds-principal emulated client authority'),
    createAuthority('CN=cds-principal emulated Cloud Connector', clock)
  ])
  const [server, system] = await Promise.all([
    landscape.issue({
      subject: [{ CN: ['localhost'] }],
      usage: 'server',
      hosts: [
        { type: 'dns', value: 'localhost' },
        ...[...names, '*.cert.localhost'].map((value) => ({ type: 'dns' as const, value })),
        { type: 'ip', value: '127.0.0.1' },
        { type: 'ip', value: '::1' }
      ],
      validMs: LANDSCAPE_VALID_MS
    }),
    cloudConnector.issue({
      subject: [{ CN: ['cloud-connector'] }],
      usage: 'client',
      validMs: LANDSCAPE_VALID_MS
    })
  ])
  const bindings = new BindingCertificates(clients, validityInSec)
  return { landscapeCa: landscape.cert, server, clients, bindings, cloudConnector, system }
}

/** TLS options of a server that asks for a client certificate, and leaves it to its handler what follows from it. */
export function withClientCertificates({ server, clients }: LandscapeCertificates) {
  return { ...server, ca: clients.cert, requestCert: true, rejectUnauthorized: false }
}

/** Gives the clients that are bound with a certificate theirs. */
export async function issueCertificates(
  { clients, applications }: Landscape,
  { bindings }: LandscapeCertificates
): Promise<void> {
  for (const client of [...Object.values(clients), ...applications.values()]) {
    if (client.credentialType !== 'x509') continue
    client.certificate = await bindings.issue(client.id)
  }
}
