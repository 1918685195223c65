import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { Duplex } from 'node:stream'

import { inProcessAgent } from '../../../src/s4/http/in-process-agent.js'

const answering = () => createServer((_, res) => res.end('ok'))
const waiting = () => createServer((_, res) => void res.write('first part'))

/** Sends a request; returns the connection that the server has got, and the answer's body as far as it came. */
async function send(server: Server, abort = false) {
  const connected = once(server, 'connection') as Promise<[Duplex]>
  const call = request({ agent: inProcessAgent(server), host: 'in-process', path: '/' }).end()
  const [connection] = await connected
  const closed = once(connection, 'close')
  const [answer] = (await once(call, 'response')) as [NodeJS.ReadableStream]
  let body = ''
  for await (const part of answer.setEncoding('utf8')) {
    body += String(part)
    if (abort) break // destroys the answer, and its connection
  }
  return { body, closed, connection }
}

test('A connection is closed on both sides after its answer', async () => {
  const { body, closed, connection } = await send(answering())
  await closed
  expect(body).toBe('ok')
  expect(connection.destroyed).toBe(true)
})

test('A connection that the client destroys is closed at the server', async () => {
  const { body, closed, connection } = await send(waiting(), true)
  await closed
  expect(body).toBe('first part')
  expect(connection.destroyed).toBe(true)
})
