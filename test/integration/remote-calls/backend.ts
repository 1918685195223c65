import express, { type Request, type Response } from 'express'

import { auditLog } from '../../../srv/external/s4/audit.js'
import { serveBackend } from '../../support/backend-process.js'

// A system behind the Cloud Connector that answers as the path says.
const { entries, middleware } = auditLog()
const app = express().use(middleware)
const sessions = new Map<string, string>()

app.all('/sap/status/:status', ({ params }: Request<{ status: string }>, res: Response) => {
  res.status(Number(params.status)).type('text').send('in words')
})
app.all('/sap/odata-error/:status', ({ params }: Request<{ status: string }>, res: Response) => {
  const error = { code: 'X/007', message: { lang: 'en', value: 'not like that' } }
  res.status(Number(params.status)).json({ error })
})
app.all(
  '/sap/logon',
  (_req, res) => void res.status(401).type('html').send('<html>Logon failed</html>')
)
app.all('/sap/page', (_req, res) => void res.type('html').send('<html>log on here</html>'))
app.all('/sap/redirect', (_req, res) => {
  res.redirect('https://elsewhere.example/')
})
app.all('/sap/silent', () => undefined)
app.post('/sap/forget', (_req, res) => {
  sessions.clear()
  res.json({ d: {} })
})
app.use('/sap/csrf', (req, res) => {
  const user = String(req.headers['ssl_client_cert'])
  if (req.get('x-csrf-token') === 'Fetch') {
    const id = String(sessions.size + 1)
    sessions.set(id, user)
    res
      .set('x-csrf-token', `token-${id}`)
      .append('set-cookie', `SAP_SESSIONID=canary-${id}; path=/`)
    return void res.json({ d: {} })
  }
  const [, id = ''] = /SAP_SESSIONID=canary-(\d+)/.exec(req.headers.cookie ?? '') ?? []
  if (req.get('x-csrf-token') === `token-${id}` && sessions.get(id) === user) {
    return void res.status(201).json({ d: { id } })
  }
  res.status(403).set('x-csrf-token', 'Required').type('text').send('CSRF token validation failed')
})

serveBackend({ listener: app, audit: () => ({ entries }) })
