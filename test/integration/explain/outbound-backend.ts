import express, { type Request, type Response } from 'express'

import { auditLog } from '../../../srv/external/s4/audit.js'
import { serveBackend } from '../../support/backend-process.js'

// A system behind the Cloud Connector that refuses the logon as the path says, until it is mended, and tells the correlation id
// that it got.
const { entries, middleware } = auditLog()
const app = express().use(middleware)

const realm = (client: string) => `Basic realm="SAP NetWeaver Application Server [S4H/${client}]"`
const minutes = (count: number) => new Date(Date.now() + count * 60_000).toUTCString()

const HEADERS: Record<string, Record<string, string>> = {
  certrule: { 'www-authenticate': realm('100') },
  client: { 'www-authenticate': realm('001'), 'set-cookie': 'SAP_SESSIONID_S4H_001=canary-cookie' },
  clock: { 'www-authenticate': realm('100'), date: minutes(-7) }
}

/** Mistakes that an administrator of the system has corrected. */
const mended = new Set<string>()
app.post('/sap/mend/:sign', ({ params }: Request<{ sign: string }>, res: Response) => {
  mended.add(params.sign)
  res.json({ d: {} })
})

const RIGHT = `Basic ${Buffer.from('technical:right').toString('base64')}`

/** True for a logon that the system accepts: its users are in client 001, and the password of the technical one is "right". */
function isAccepted(sign: string, { headers }: Request<{ sign: string }>): boolean {
  if (sign === 'client') return headers['sap-client'] === '001'
  if (sign === 'technical') return headers.authorization === RIGHT
  return mended.has(sign)
}

app.all('/sap/logon/:sign', (req: Request<{ sign: string }>, res: Response) => {
  const { sign } = req.params
  if (isAccepted(sign, req)) {
    res.json({ d: {} })
    return
  }
  res
    .set(HEADERS[sign] ?? {})
    .status(401)
    .type('html')
    .send('<html>Logon failed</html>')
})
app.all('/sap/forbidden', (_req, res) => {
  res.status(403).json({ error: { code: 'X/007', message: { lang: 'en', value: 'canary-words' } } })
})
app.all(['/sap/id', '/sap/queued'], (req, res) => {
  const { 'x-correlation-id': id, 'x-correlationid': other } = req.headers
  res.json({ d: { id, other } })
})

app.all('/sap/errors/:count', (req: Request<{ count: string }>, res: Response) => {
  const errors = Array.from({ length: Number(req.params.count) }, (_, index) => ({
    code: `X/00${String(index + 1)}`,
    message: 'canary-words'
  }))
  res.status(Number(req.query['status'] ?? 409)).json({ errors })
})
app.post('/sap/\\$batch', (_req, res) => {
  const error = JSON.stringify({ error: { code: 'X/008', message: 'canary-words' } })
  const head =
    'content-type: application/http\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-type: application/json'
  res.type('multipart/mixed; boundary=b').send(`--b\r\n${head}\r\n\r\n${error}\r\n--b--\r\n`)
})

app.use('/sap', (_req, res) => {
  res.status(404).json({ error: { code: 'X/007', message: { lang: 'en', value: 'canary-words' } } })
})

serveBackend({ listener: app, audit: () => ({ entries }) })
