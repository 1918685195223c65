import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import session from 'express-session'
import { send, type Response } from '../../../../emulator/test/support/http.js'
import type { Emulator } from '../../../../emulator/src/index.js'
import { logOnAt } from './log-on.js'

/** An Express application with a session, as in the manuals of the libraries that it tests. */
export interface WebApp {
  /**
   * Logs a user on, from the first redirect to the last.
   *
   * @param hasPlus - true: only with a random `state` in which there is a plus sign; false: only without one
   */
  logOn(username: string, hasPlus?: boolean): Promise<Response>
  stop(): Promise<void>
}

/** @param build - adds the routes `/login`, which redirects to XSUAA, and `/callback` */
export async function startWebApp(
  emulator: Emulator,
  build: (app: Express, callback: string) => void
): Promise<WebApp> {
  const app = express()
  app.use(session({ secret: 'of the test', resave: false, saveUninitialized: false }))
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  build(app, `http://localhost:${port}/callback`)
  const get = (path: string, cookie = '') =>
    send(`http://127.0.0.1:${port}${path}`, { headers: { ...(cookie && { cookie }) } })
  return {
    async logOn(username, hasPlus = false) {
      let login = await get('/login')
      while (stateOf(login).includes('+') !== hasPlus) login = await get('/login')
      const { headers } = login
      const [cookie = ''] = (headers['set-cookie'] ?? []).map((line) => line.split(';')[0])
      const { pathname, search } = await logOnAt(emulator, headers.location ?? '', username)
      return get(pathname + search, cookie)
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}

const stateOf = ({ headers }: Response) =>
  new URL(headers.location ?? '').searchParams.get('state') ?? ''
