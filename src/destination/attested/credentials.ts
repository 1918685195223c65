import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

import { DestinationError } from '../../errors.js'
import { isKeyPair, parseCertificate } from '../../lib/lifecycle/key-pair.js'
import { SHORTEST_PAUSE } from '../../lib/lifecycle/next-look.js'
import { serviceBinding } from '../binding/binding.js'
import type { WorkloadCertificate } from './svid.js'
import { fetchSvid } from './workload-api.js'

/** The service whose agent issues certificates to workloads. */
const IDENTITY_SERVICE = 'zero-trust-identity'

/** The socket of its agent, unless the environment says something else, as in the SAP Cloud SDK for Java. */
const SOCKET = '/tmp/spire-agent/public/api.sock'

/** Milliseconds that a certificate is used: the agent issues another one long before it ends. */
const LIFETIME = 60_000

/** The certificate of the workload, with the place that it is from. */
interface Kept {
  readonly source: string
  until: number
  readonly value: Promise<WorkloadCertificate>
}

let kept: Kept | undefined

/**
 * Completes credentials with `"credential-type": "x509_attested"`, which have no key: the certificate is issued to the workload
 * by the Zero Trust Identity service. All others stay as they are.
 *
 * @param label - of the service that they are for
 * @throws {@link DestinationError} `ERR_DESTINATION_UNAVAILABLE` when no certificate can be had
 * @internal
 */
export async function withWorkloadCertificate<T extends object>(
  label: string,
  credentials: T
): Promise<T> {
  const { 'credential-type': type, certificate, key } = credentials as Record<string, unknown>
  if (String(type).toLowerCase() !== 'x509_attested' || (certificate && key)) return credentials
  try {
    return { ...credentials, ...(await workloadCertificate()) }
  } catch (error) {
    throw new DestinationError(
      'ERR_DESTINATION_UNAVAILABLE',
      `the binding of service "${label}" has "credential-type": "x509_attested", and there is no certificate of this workload: ` +
        reasonOf(error),
      {
        fix:
          `Nothing was sent. Bind the service "${IDENTITY_SERVICE}", let its agent run beside the application, and name its ` +
          'socket in SPIFFE_ENDPOINT_SOCKET; or bind the service with "x509" or "binding-secret".'
      }
    )
  }
}

async function workloadCertificate(): Promise<WorkloadCertificate> {
  const { credentials } = (await serviceBinding(IDENTITY_SERVICE)) ?? {}
  const { certPath, keyPath } = (credentials ?? {}) as Record<string, unknown>
  if (typeof certPath === 'string' && typeof keyPath === 'string') {
    return once(JSON.stringify([certPath, keyPath]), () => fromFiles(certPath, keyPath))
  }
  const socket = socketPath(process.env['SPIFFE_ENDPOINT_SOCKET'])
  return once(socket, () => fetchSvid(socket))
}

/**
 * Fetches a certificate once for all who ask at the same time, and soon afterwards. A failure is not kept: the certificate from before is used
 * as long as it is valid, and a new one is fetched soon.
 */
function once(
  source: string,
  fetch: () => Promise<WorkloadCertificate>
): Promise<WorkloadCertificate> {
  if (kept?.source === source && kept.until > Date.now()) return kept.value
  const former = kept?.source === source ? kept.value : undefined
  const value = fetch().catch(async (error: unknown) => {
    const before = await former?.catch(() => undefined)
    if (!before || !isValid(before)) throw error
    own.until = Date.now() + SHORTEST_PAUSE
    return before
  })
  const own: Kept = { source, until: Date.now() + LIFETIME, value }
  kept = own
  value.catch(() => {
    if (kept === own) kept = undefined
  })
  return value
}

function isValid({ certificate }: WorkloadCertificate): boolean {
  const end = parseCertificate(certificate)?.validToDate.getTime() ?? 0
  return end > Date.now()
}

async function fromFiles(certPath: string, keyPath: string): Promise<WorkloadCertificate> {
  const [certificate = '', key = ''] = await Promise.all(
    [certPath, keyPath].map((file) => readFile(file, 'utf8'))
  )
  if (isKeyPair({ certificate, key })) return { certificate, key }
  throw new Error('the certificate and the key in its files do not belong together')
}

/** @param address - a URI: `unix:///path` */
function socketPath(address: string | undefined): string {
  const [, path] = /^unix:(?:\/\/)?(\/.+)$/.exec(address ?? `unix://${SOCKET}`) ?? []
  if (path === undefined) throw new Error('SPIFFE_ENDPOINT_SOCKET is no "unix:///<path>"')
  if (address === undefined && !existsSync(path)) throw new Error(`there is no agent at ${path}`)
  return path
}

/** Returns the text of an error: Node's own name paths, and no content of files. */
function reasonOf(error: unknown): string {
  return (error as Partial<Error>).message ?? 'unknown error'
}
