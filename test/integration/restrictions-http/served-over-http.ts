import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import cds from '@sap/cds'
import express from 'express'

import { installRestrictions } from '../../../src/restrictions/install.js'

/** Who sends a request. */
export interface Caller {
  readonly id: string
  readonly roles: string[]
  readonly attr?: object
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

export interface ServedOverHttp {
  readonly url: string
  /** A request to the service at `/s`, with the answer's JSON, or its text. */
  send(
    caller: Caller,
    method: string,
    path: string,
    data?: unknown,
    accept?: string
  ): Promise<Answer>
  stop(): Promise<void>
}

/** What is used of CAP, which its types don't have like this. */
interface Cap {
  requires: Record<string, object>
  middlewares: { before: unknown[]; context(): unknown }
  deploy(csn: unknown): { to(db: string, options: object): Promise<void> }
}

type Implementation = (this: cds.ApplicationService) => void

/**
 * Serves the service `S` of a model at `/s`, from SQLite in memory, with CAP's own authorization and the plugin.
 *
 * @param others - names of services without handlers of their own, at their paths
 */
export async function serveOverHttp(
  model: string,
  impl: Implementation = () => undefined,
  others: readonly string[] = []
): Promise<ServedOverHttp> {
  cds.log('principal', { level: 'silent' }) // refusals are what is tested
  installRestrictions()
  Reflect.deleteProperty(cds.ApplicationService, '_generics') // what CAP has collected for a service of its own before
  return serveStock(model, impl, others)
}

/** Serves the same with CAP's own authorization only, as long as no test in the process has installed the plugin. */
export async function serveStock(
  model: string,
  impl: Implementation = () => undefined,
  others: readonly string[] = []
): Promise<ServedOverHttp> {
  for (const name of ['cds', 'odata', 'hcql']) cds.log(name, { level: 'error' } as never)
  const cap = cds as unknown as Cap
  const sqlite = { kind: 'sqlite', impl: '@cap-js/sqlite', credentials: { url: ':memory:' } }
  Object.assign(cap.requires, { db: { ...sqlite, silent: true }, auth: { kind: 'dummy' } })
  const csn = cds.compile(model)
  cds.model = cds.compile.for.nodejs(csn as never)
  cds.db = await (cds.connect.to('db') as Promise<unknown> as Promise<never>)
  await cap.deploy(csn).to('db', { silent: true })
  const { middlewares } = cap
  middlewares.before.splice(0, Infinity, middlewares.context(), authenticate)
  const app = express()
  for (const name of ['S', ...others])
    await cds
      .serve(name)
      .from(csn as never)
      .in(app as never)
      .with((name === 'S' ? impl : () => undefined) as never)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/s`
  return {
    url,
    send: (caller, method, path, ...more) => send(`${url}/${path}`, caller, method, ...more),
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  }
}

/** A user of its own for each request, as from a token. */
function authenticate(
  { headers }: { headers: Record<string, string> },
  _: unknown,
  next: () => void
) {
  const caller = JSON.parse(headers['x-caller'] ?? '{}') as Caller
  Object.assign(cds.context as object, { user: new cds.User(caller as never) })
  next()
}

async function send(
  url: string,
  caller: Caller,
  method: string,
  data?: unknown,
  accept = '*/*'
): Promise<Answer> {
  const who = { 'x-caller': JSON.stringify(caller) }
  const response = await fetch(url, {
    method,
    headers: { ...who, 'content-type': 'application/json', accept },
    body: data === undefined ? null : JSON.stringify(data)
  })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('json')
  return { status: response.status, body: json ? (JSON.parse(text) as unknown) : text }
}
