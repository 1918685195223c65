import {
  createAuthority,
  LANDSCAPE_VALID_MS,
  type Authority,
  type TlsIdentity
} from './authority.js'

/** Every key and certificate of one emulator. */
export interface LandscapeCertificates {
  /** Authority of the servers: what the application and the Cloud Connector trust. */
  landscapeCa: string
  /** TLS server identity of XSUAA, Destination service and backends. */
  server: TlsIdentity
  /** Authority of the Cloud Connector: what the backends trust. */
  cloudConnector: Authority
  /** TLS client identity of the Cloud Connector, its "system certificate". */
  system: TlsIdentity
}

/** Creates all of them anew; none is ever written to disk. */
export async function createLandscapeCertificates(): Promise<LandscapeCertificates> {
  const [landscape, cloudConnector] = await Promise.all([
    createAuthority('CN=cds-principal emulator'),
    createAuthority('CN=cds-principal emulated Cloud Connector')
  ])
  const [server, system] = await Promise.all([
    landscape.issue({
      subject: [{ CN: ['localhost'] }],
      usage: 'server',
      hosts: [
        { type: 'dns', value: 'localhost' },
        { type: 'dns', value: '*.localhost' },
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
  return { landscapeCa: landscape.cert, server, cloudConnector, system }
}
