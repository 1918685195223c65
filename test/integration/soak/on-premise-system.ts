import { X509Certificate } from 'node:crypto'

import { claimedSubject } from '../../../srv/external/s4/certificate.js'
import { serveBackend } from '../../support/backend-process.js'
import { RecordingSystem } from './record.js'

// The system behind one tenant's Cloud Connector; whose certificate comes, is who has called.
const system = new RecordingSystem()
const tenant = String(process.env['TENANT'])
let authority: X509Certificate

function whose(header: string | string[] | undefined): string {
  if (!header) return `system@${tenant}`
  const certificate = new X509Certificate(Buffer.from(String(header), 'base64'))
  if (!certificate.verify(authority.publicKey)) return 'nobody'
  return `${claimedSubject(String(header))?.replace('CN=', '') ?? ''}@${tenant}`
}

serveBackend({
  listener: (req, res) => {
    void system.answer(req, res, whose(req.headers['ssl_client_cert']))
  },
  audit: () => ({ entries: system.take(), changes: [] }),
  starting: ({ ca }) => {
    authority = new X509Certificate(ca)
  }
})
