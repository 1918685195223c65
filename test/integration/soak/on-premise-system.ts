import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import { claimedSubject } from '../../../srv/external/s4/certificate.js'
import { RecordingSystem } from './record.js'

type Message =
  | { type: 'start'; tls: { key: string; cert: string; ca: string }; host: string }
  | { type: 'audit'; id: number }

// The system behind one tenant's Cloud Connector; whose certificate comes, is who has called.
const system = new RecordingSystem()
const tenant = String(process.env['TENANT'])
let authority: X509Certificate

function whose(header: string | string[] | undefined): string {
  if (header === undefined) return `system@${tenant}`
  const certificate = new X509Certificate(Buffer.from(String(header), 'base64'))
  if (!certificate.verify(authority.publicKey)) return 'nobody'
  return `${claimedSubject(String(header))?.replace('CN=', '') ?? ''}@${tenant}`
}

process.on('message', (message: Message) => {
  if (message.type === 'audit') {
    process.send?.({ type: 'audit', id: message.id, entries: system.take(), changes: [] })
    return
  }
  authority = new X509Certificate(message.tls.ca)
  const tls = { ...message.tls, requestCert: true, rejectUnauthorized: true }
  const server = createServer(tls, (req, res) => {
    void system.answer(req, res, whose(req.headers['ssl_client_cert']))
  })
  server.keepAliveTimeout = 120_000
  server.listen(0, message.host, () => {
    const { port } = server.address() as AddressInfo
    process.send?.({ type: 'listening', url: `https://localhost:${String(port)}` })
  })
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
