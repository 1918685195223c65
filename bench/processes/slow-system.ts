import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/*
 * A process in the place of Connectivity proxy, Cloud Connector and system: answers after as many milliseconds as the path
 * says. It tells its port.
 */

const server = createServer(({ url = '' }, res) => {
  const milliseconds = Number(url.split('/').at(-1))
  setTimeout(() => {
    res.setHeader('content-type', 'application/json').end('{"d":{}}')
  }, milliseconds)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
process.on('disconnect', () => process.exit())
