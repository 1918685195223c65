import express from 'express'

import { auditLog } from '../../../srv/external/s4/audit.js'
import { serveBackend } from '../../support/backend-process.js'

// A system behind the Cloud Connector that answers everybody, and notes whose certificate came.
const { entries, middleware } = auditLog()
const app = express().use(middleware, (_req, res) => {
  res.json({ d: { results: [] } })
})
serveBackend({ listener: app, audit: () => ({ entries }) })
