import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * A process in the place of Connectivity proxy, Cloud Connector and system: answers every request with 2 kB, and writes
 * only with a CSRF token. It tells its port, and then what it has counted whenever it is asked.
 */

const row = (i: number) => ({
  ID: String(i),
  name: `Equipment ${String(i)}`,
  plant: '1010',
  category: 'M'
})
const READ = JSON.stringify({ d: { results: Array.from({ length: 31 }, (_, i) => row(i)) } })
const WRITTEN = JSON.stringify({ d: row(1) })

let connections = 0
let requests = 0

const server = createServer((req, res) => {
  requests++
  req.resume()
  res.setHeader('content-type', 'application/json')
  if (req.headers['x-csrf-token'] === 'Fetch') {
    res.setHeader('set-cookie', 'SAP_SESSIONID=1; path=/')
    res.setHeader('x-csrf-token', 'token').end()
  } else if (req.method === 'GET') res.end(READ)
  else if (req.headers['x-csrf-token'] === 'token') res.writeHead(201).end(WRITTEN)
  else res.writeHead(403, { 'x-csrf-token': 'Required' }).end()
})
server.keepAliveTimeout = 60_000
server.on('connection', () => connections++)
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('message', () => process.send?.({ connections, requests }))
process.on('disconnect', () => process.exit())
