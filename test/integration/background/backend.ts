import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'

import express from 'express'

import { auditLog } from '../../../srv/external/s4/audit.js'

type Message =
  | { type: 'start'; tls: { key: string; cert: string; ca: string }; host: string }
  | { type: 'audit'; id: number }

// A system behind the Cloud Connector that answers everybody, and notes whose certificate came.
const { entries, middleware } = auditLog()
const app = express().use(middleware, (_req, res) => {
  res.json({ d: { results: [] } })
})

process.on('message', (message: Message) => {
  if (message.type === 'audit') {
    process.send?.({ type: 'audit', id: message.id, entries })
    return
  }
  const { tls, host } = message
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true }, app)
  server.listen(0, host, () => {
    const { port } = server.address() as AddressInfo
    process.send?.({ type: 'listening', url: `https://localhost:${String(port)}` })
  })
})
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
