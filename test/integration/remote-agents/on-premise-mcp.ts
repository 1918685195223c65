import { X509Certificate } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { json } from 'node:stream/consumers'

import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'

interface Start {
  readonly type: string
  readonly host: string
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string }
}

/** An MCP server behind the Cloud Connector, without sessions: it tells the subject of the user's certificate. */
function start({ host, tls }: Start): void {
  const authority = new X509Certificate(tls.ca)
  const options = { ...tls, requestCert: true, rejectUnauthorized: true }
  const server = createServer(options, (req, res) => void answer(req, res, authority))
  server.listen(0, host, () => {
    const { port } = server.address() as AddressInfo
    process.send?.({ type: 'listening', url: `https://localhost:${port}` })
  })
}

async function answer(req: IncomingMessage, res: ServerResponse, authority: X509Certificate) {
  const header = String(req.headers['ssl_client_cert'] ?? '')
  const subject = header && subjectOf(header, authority)
  if (!subject) {
    res.writeHead(401).end()
    return
  }
  const mcp = new McpServer({ name: 'on premise', version: '1.0.0' })
  mcp.registerTool('whoami', {}, () => ({ content: [{ type: 'text', text: subject }] }))
  const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
  await mcp.connect(transport)
  await transport.handleRequest(req, res, await json(req))
}

function subjectOf(header: string, authority: X509Certificate): string | undefined {
  const certificate = new X509Certificate(Buffer.from(header, 'base64'))
  return certificate.verify(authority.publicKey) ? certificate.subject : undefined
}

process.on('message', (message: Start) => {
  if (message.type === 'start') start(message)
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => undefined)
