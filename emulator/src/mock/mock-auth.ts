import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'

import cds from '@sap/cds'

import { EmulatorError } from '../emulator-error.js'
import { isProduction } from '../lib/profile.js'
import { type Authority, cloudConnectorAuthority } from './authority.js'
import { noteRequest, now } from './note-changes.js'
import {
  type CertifiedUser,
  certifiedUser,
  isIssuedBy,
  isSignedBy,
  parseCertificate
} from './user-certificate.js'

/** `cds.requires.auth` of a mock. */
export interface MockAuthOptions {
  /** Folder of the project whose emulated Cloud Connector is trusted; default: the mock's own. */
  readonly landscape?: string
}

/**
 * CAP's authentication middleware for mocks behind the emulated Cloud Connector, which logs on the propagated user: by
 * the certificate that the Cloud Connector has issued, as an on-premise system does. `cds.context.user.id` is its common
 * name. Without a certificate a request is anonymous; one that is not the Cloud Connector's gets 401.
 *
 * For development only: it takes certificates from this machine alone, and refuses to start in production.
 *
 * @param options - `cds.requires.auth`
 * @throws EmulatorError `ERR_EMULATOR_IN_PRODUCTION`
 */
export function mockAuth(options: MockAuthOptions = {}) {
  if (isProduction()) {
    const text =
      'cds-principal-emulator/mock-auth is for mocks in development: it has no place in production'
    throw new EmulatorError('ERR_EMULATOR_IN_PRODUCTION', text)
  }
  const root = options.landscape ?? cds.root
  const verify = verifier(cloudConnectorAuthority(root))

  return async function mock_auth(
    req: IncomingMessage,
    res: ServerResponse,
    next: (error?: unknown) => void
  ): Promise<void> {
    const header = req.headers['ssl_client_cert']
    const logon = typeof header === 'string' && header ? await verify(req, header) : undefined
    const user = logon === 'foreign' ? undefined : logon
    const { method = '', url: path = '' } = req
    noteRequest(res, { method, path, user: user?.name ?? null, subject: user?.subject ?? null })
    // the Cloud Connector sends an empty one without a user
    if (header && !user) {
      const port = String(req.socket.localPort)
      const reason = logon === 'foreign' ? `: the mock at port ${port} ${FOREIGN}` : ''
      if (reason) warnOfForeign(root)
      res.writeHead(401, { 'content-type': 'text/plain' }).end(`Unauthorized${reason}`)
      return
    }
    const context = cds.context as cds.EventContext
    if (user) context.user = new cds.User(user.name)
    next()
  }
}

/** The plugin knows these words in an answer, and names the fix. */
const FOREIGN = 'belongs to the landscape of another folder'

function warnOfForeign(root: string): void {
  cds
    .log('principal')
    .warn(
      `a user of another landscape got 401: this mock belongs to the landscape of ${root}. Start "cds mock" in the folder of the application that calls.`
    )
}

/**
 * Certificates are verified with the authority that is known, and once more after asking for it again. One that another
 * authority has issued is foreign.
 */
function verifier(authority: Authority) {
  let known: string | undefined
  return async (
    req: IncomingMessage,
    header: string
  ): Promise<CertifiedUser | 'foreign' | undefined> => {
    const certificate = parseCertificate(header)
    if (!certificate || !isLoopback(req.socket.remoteAddress)) return undefined
    if (!known || !isIssuedBy(certificate, known, now())) known = await authority()
    if (!known || !isSignedBy(certificate, known)) return 'foreign'
    return isIssuedBy(certificate, known, now()) ? certifiedUser(certificate) : undefined
  }
}

function isLoopback(address = ''): boolean {
  const plain = address.replace(/^::ffff:/, '')
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

export default mockAuth
