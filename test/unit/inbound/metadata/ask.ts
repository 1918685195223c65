import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'

import cds from '@sap/cds'

import { cap } from '../../../../src/cap.js'
import { resourceMetadata } from '../../../../src/inbound/metadata/metadata.js'
import type { AuthOptions, Bindings, MetadataOptions } from '../../../../src/options.js'

export const WELL_KNOWN = '/.well-known/oauth-protected-resource'
export const SERVICE = '/odata/v4/maintenance'

export const xsuaa = {
  ...{ clientid: 'sb-a!t1', xsappname: 'a!t1', tenantmode: 'shared' },
  ...{ url: 'https://provider.authentication.example', uaadomain: 'authentication.example' }
}
export const ias = {
  clientid: 'x',
  url: 'https://a.accounts.example',
  domains: ['accounts.example']
}

/** Serves three services, as CAP lists them. */
export function serveEndpoints(): void {
  cds.log('principal', { level: 'silent' } as never)
  const endpoints = (...paths: string[]) => paths.map((path) => ({ kind: 'odata', path }))
  const providers = cap.service.providers as unknown as object[]
  providers.push(
    {
      name: 'MaintenanceService',
      definition: { '@title': 'Maintenance' },
      endpoints: endpoints(SERVICE, '/rest/maintenance')
    },
    { name: 'sub', definition: {}, endpoints: endpoints(`${SERVICE}/sub`) },
    { name: 'root', endpoints: endpoints('/') }
  )
}

/** Serves none any more. */
export function endServices(): void {
  ;(cap.service.providers as unknown[]).length = 0
}

export interface Sent {
  readonly path?: string
  readonly host?: string
  readonly method?: string
  readonly from?: string
  readonly headers?: Record<string, string>
}

export function requestOf({
  path = `${SERVICE}/Equipment?$top=1`,
  host = 'app.example',
  ...more
}: Sent) {
  const { headers = {}, from = '10.0.0.1', method = 'GET' } = more
  const socket = { remoteAddress: from }
  return { method, originalUrl: path, url: '/', headers: { host, ...headers }, socket } as never
}

export const metadataOf = (
  metadata?: AuthOptions['metadata'],
  bindings: Bindings = { xsuaa },
  issuers: AuthOptions['issuers'] = {}
) => resourceMetadata({ kind: 'principal', metadata, issuers } as AuthOptions, bindings)

export const at = (hosts: MetadataOptions['hosts'] = ['app.example'], bindings?: Bindings) =>
  metadataOf({ ...(hosts && { hosts }) }, bindings)!

/** Asks for a document as a client does. */
export function ask(metadata = at(), sent: Sent = {}) {
  const routes = new Map<string, (req: IncomingMessage, res: ServerResponse) => void>()
  metadata.mount({ use: (path, handler) => void routes.set(path, handler) })
  const answer = { status: 0, headers: {} as Record<string, unknown>, body: '' }
  const res = Object.assign(new EventEmitter(), {
    setHeader: (name: string, value: unknown) => {
      answer.headers[name.toLowerCase()] = value
    },
    writeHead(status: number, headers: Record<string, unknown> = {}) {
      answer.status = status
      for (const [name, value] of Object.entries(headers))
        answer.headers[name.toLowerCase()] = value
      return this
    },
    end: (body = '') => {
      answer.body = body
    }
  })
  const path = sent.path ?? `${WELL_KNOWN}${SERVICE}`
  const route = [...routes.keys()].find((each) => path.startsWith(each))
  if (!route) return undefined
  routes.get(route)!(requestOf({ ...sent, path }), res as never)
  return { ...answer, document: answer.status === 200 ? (JSON.parse(answer.body) as object) : null }
}
