import tls from 'node:tls'

import cds from '@sap/cds'

import { auth } from '../../src/inbound/auth.js'
import type { Middleware } from '../steps/inbound.js'
import { serve } from './serve.js'

/*
 * A process that serves one row, behind the authentication that the header `x-auth` of a request names: `ours`, `stock`
 * (CAP's own strategy `xsuaa`), or `none`. All of them in one: two processes of the same code differ by more than what is
 * measured. The environment holds the binding.
 */

const model = `
entity db.Equipment { key ID : Integer; plant : String(4); name : String; category : String; weight : Decimal; }
service S @(path: '/s') { entity Equipment as projection on db.Equipment; }`

const credentials = JSON.parse(process.env['BENCH_CREDENTIALS'] ?? '{}') as object
tls.setDefaultCACertificates([...tls.getCACertificates('default'), process.env['BENCH_CA'] ?? ''])

const strategies: Record<string, Middleware> = {
  ours: auth({ kind: 'principal', credentials: credentials as never }),
  stock: (cds as unknown as { auth(options: object): Middleware }).auth({
    kind: 'xsuaa',
    impl: undefined,
    credentials
  }),
  none: (_req, _res, next) => {
    Object.assign(cds.context as object, { user: new cds.User('alice') })
    next()
  }
}

const byHeader: Middleware = (req, res, next) =>
  strategies[String(req.headers['x-auth'])]?.(req, res, next)

void serve({
  model,
  rows: { 'db.Equipment': [{ ID: 1, plant: '1010', name: 'Pump', category: 'M', weight: 1 }] },
  auth: byHeader
})
