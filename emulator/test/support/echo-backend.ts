import { X509Certificate } from 'node:crypto'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { PeerCertificate } from 'node:tls'

/** A backend that answers with what it saw: the subjects of both certificates, headers, body. */
interface StartMessage {
  type: 'start'
  tls: { key: string; cert: string; ca: string }
  host: string
}

const audit: object[] = []
const connections = new Map<Socket, number>()

function start({ tls, host }: StartMessage) {
  const ca = new X509Certificate(tls.ca)
  const server = createServer(
    { ...tls, requestCert: true, rejectUnauthorized: true },
    (req, res) => {
      const header = req.headers['ssl_client_cert']
      const user =
        typeof header === 'string' && header && new X509Certificate(Buffer.from(header, 'base64'))
      const system = (
        req.socket as Socket & { getPeerCertificate: () => PeerCertificate }
      ).getPeerCertificate().subject.CN
      const subject = user ? user.subject : null
      const { method = '', url: path = '', headers } = req
      audit.push({ at: new Date().toISOString(), user: null, subject, method, path, status: 200 })
      const socket = req.socket
      if (!connections.has(socket)) connections.set(socket, connections.size + 1)
      if (path.endsWith('/redirect')) {
        res.writeHead(302, { location: `https://localhost:${port()}/elsewhere` }).end()
        return
      }
      if (path.endsWith('/echo')) return void req.pipe(res)
      req.resume().on('end', () => {
        res.setHeader('content-type', 'application/json')
        res.end(
          JSON.stringify({
            name: process.env['BACKEND_NAME'],
            subject,
            system,
            isIssuedByCloudConnector: user && user.verify(ca.publicKey),
            validMinutes: user && (user.validToDate.getTime() - Date.now()) / 60_000,
            backdatedSeconds: user && (Date.now() - user.validFromDate.getTime()) / 1000,
            connection: connections.get(socket),
            method,
            path,
            headers
          })
        )
      })
    }
  )
  const port = () => (server.address() as AddressInfo).port
  server.listen(0, host, () =>
    process.send?.({ type: 'listening', url: `https://localhost:${port()}` })
  )
}

process.on('message', (message: StartMessage | { type: 'audit'; id: number }) => {
  if (message.type === 'start') start(message)
  else process.send?.({ type: 'audit', id: message.id, entries: audit })
})
process.on('disconnect', () => process.exit())
