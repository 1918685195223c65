import express from 'express'

import { claimedSubject } from '../../../srv/external/s4/certificate.js'
import { serveBackend } from '../../support/backend-process.js'
import type { Arrival } from './delegation-sample.js'

// A system behind the Cloud Connector that takes changes, and notes whose certificate came with which headers. The name of a piece of
// equipment says how it answers.
const entries: Arrival[] = []
const known = new Set<string>()
const paths = new Set<string>()
/** Answers to slow requests, which wait for one that releases them. */
const slow: (() => void)[] = []
const app = express().use((req, res) => {
  const { method, originalUrl: path } = req
  res.set('x-csrf-token', 'token')
  if (method === 'HEAD' || method === 'GET') return void res.json({ d: { results: [] } })
  const certificate = req.get('ssl_client_cert')
  const id = req.get('requestid') ?? req.get('repeatability-request-id') ?? null
  const first = req.get('repeatabilitycreation') ?? req.get('repeatability-first-sent') ?? null
  const isNew = id === null || !known.has(id)
  if (id !== null) known.add(id)
  const headers = Object.keys(req.headers)
  const subject = certificate ? claimedSubject(certificate) : null
  entries.push({ method, path, subject, id, first, isNew, headers })
  const isFirst = !paths.has(path)
  paths.add(path)
  const answer = () => {
    if (path.includes('FAIL'))
      return void res.status(500).json({ error: { code: 'X', message: { value: 'no' } } })
    if (id !== null && !path.includes('DENY')) {
      res.set({ RepeatabilityResult: 'accepted', 'Repeatability-Result': 'accepted' })
    }
    res.status(204).end()
  }
  if (path.includes('HANG') && isFirst) return
  if (path.includes('LOST') && isFirst) return void req.socket.destroy()
  const [, status] = /STATUS(\d+)/.exec(path) ?? []
  if (status !== undefined && isFirst) return void res.status(Number(status)).end()
  if (path.includes('SLOW') && isFirst) return void slow.push(answer)
  if (path.includes('RELEASE')) for (const each of slow.splice(0)) each()
  answer()
})
serveBackend({ listener: app, audit: () => ({ entries }) })
