import { cpSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { inspect } from 'node:util'

import cds from '@sap/cds'
import type { HttpDestination } from '@sap-cloud-sdk/connectivity'
import { executeHttpRequest as sdkExecute } from '@sap-cloud-sdk/http-client'
import { type CallOptions, destinationFor, executeHttpRequest } from 'cds-principal'

type Way = (target: string, options: Options) => unknown

interface Options extends CallOptions {
  readonly config?: object
}

const ENTITY = 'API_EQUIPMENT.Equipment'

let kept: HttpDestination

/** A copy of the Cloud SDK that only the application loads, as where its version is another one than the plugin's. */
let ownSdk: typeof import('@sap-cloud-sdk/http-client') | undefined

function copyOfSdk(): typeof import('@sap-cloud-sdk/http-client') {
  const folder = join(__dirname, 'own-sdk')
  const name = 'node_modules/@sap-cloud-sdk'
  cpSync(join(cds.root, name), join(folder, name), { recursive: true, dereference: true })
  const own = createRequire(join(folder, 'index.js'))('@sap-cloud-sdk/http-client') as typeof ownSdk
  if (!own || own.executeHttpRequest === sdkExecute) throw new Error('it is the same one')
  return own
}

/** What a generated client's `.execute(destination)` does in the end. */
async function generatedClient(
  destination: HttpDestination,
  execute = sdkExecute
): Promise<unknown> {
  const request = { method: 'get', url: '/who' } as const
  const { data } = await execute(destination, request, { fetchCsrfToken: false })
  return data as unknown
}

/** How an application calls a remote system. */
export const ways: Record<string, Way> = {
  get: async (target) => (await cds.connect.to(target)).send('GET', '/who'),
  post: async (target) => (await cds.connect.to(target)).send('POST', '/who', { id: 1 }),
  read: async (target) => (await cds.connect.to(target)).run(SELECT.from(ENTITY).limit(1)),
  twice: async (target) => {
    const remote = await cds.connect.to(target)
    return Promise.all([remote.send('GET', '/who'), remote.send('GET', '/who')])
  },
  execute: async (destinationName, { config, ...options }) => {
    const request = { method: 'GET', url: '/who', ...config } as const
    const { data } = await executeHttpRequest({ destinationName, ...options }, request)
    return data
  },
  generatedClient: async (target, options) =>
    generatedClient(await destinationFor(target, options)),
  ownSdk: async (target, options) => {
    const { executeHttpRequest: execute } = (ownSdk ??= copyOfSdk())
    return generatedClient(await destinationFor(target, options), execute)
  },
  keep: async (target, options) => {
    kept = await destinationFor(target, options)
    return JSON.stringify(kept) + inspect(kept)
  },
  useKept: () => generatedClient(kept)
}
