import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'

import { askLandscape, controlSocket } from '../../src/process/control.js'

let root: string
let server: Server | undefined
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cds-principal-control-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((done) => (server ? server.close(done) : done(undefined)))
  server = undefined
  rmSync(root, { recursive: true })
})

async function listening(answer: RequestListener): Promise<void> {
  server = createServer(answer).listen(controlSocket(root))
  await once(server, 'listening')
}

const ask = () => askLandscape(root, 'GET', '/landscape')

test('what the landscape of the folder answers', async () => {
  await listening((_, res) => res.writeHead(400).end('{"message":"x"}'))
  expect(await ask()).toEqual({ status: 400, body: { message: 'x' } })
})

test('there is none', async () => {
  expect(await ask()).toBeUndefined()
})

test.each<[string, RequestListener]>([
  ['before it answers', (req) => req.socket.destroy()],
  [
    'while it answers',
    (_, res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('{', () => res.destroy())
    }
  ]
])('one that ends %s is none any more', async (_, answer) => {
  await listening(answer)
  expect(await ask()).toBeUndefined()
})

/** A landscape that ends all connections as soon as they are there, also while the thread of the test does nothing. */
const ENDING = `
const { parentPort, workerData: { path, ended } } = require('node:worker_threads')
require('node:net').createServer((socket) => {
  socket.on('close', () => {
    Atomics.store(ended, 0, 1)
    Atomics.notify(ended, 0)
  })
  socket.destroy()
}).listen(path, () => parentPort.postMessage('listening'))
`

test('one that ends after the connection, and before it is asked, is none any more', async () => {
  const ended = new Int32Array(new SharedArrayBuffer(4))
  const workerData = { path: controlSocket(root), ended }
  const worker = new Worker(ENDING, { eval: true, workerData })
  try {
    await once(worker, 'message')
    const asked = ask()
    // what was asked is sent when this thread goes on
    expect(Atomics.wait(ended, 0, 0, 30_000)).not.toBe('timed-out')
    expect(await asked).toBeUndefined()
  } finally {
    await worker.terminate()
  }
})
