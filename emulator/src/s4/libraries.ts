import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'

import type cds from '@sap/cds'

/** A request handler, as Express and the adapter have them. */
export type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void
) => void

/** An application of Express, as far as it is needed. */
export type Application = Handler & { use: (...handlers: unknown[]) => Application }

/** CAP, with the parts that its types lack. */
export type Cap = typeof cds & {
  deploy: (model: object) => { to: (db: object, options: object) => Promise<void> }
  compile: { for: { nodejs: (model: object) => cds.csn.CSN } }
}

/**
 * Returns the path of a package of the user: the project's, the emulator's, or one that is installed globally.
 *
 * @param purpose - why it is needed
 * @throws Error that says what to install
 */
export function findLibrary(name: string, root: string, purpose: string): string {
  const global = join(dirname(process.execPath), '../lib/package.json')
  for (const from of [join(resolve(root), 'package.json'), __filename, global]) {
    try {
      return createRequire(from).resolve(name)
    } catch {
      // try the next one
    }
  }
  throw new Error(`${purpose} need the package "${name}": npm add --save-dev ${name}`)
}

/** Loads CAP. @throws Error that says what to install */
export function loadCap(root: string): Cap {
  return load(findLibrary('@sap/cds', root, 'services of EDMX files')) as Cap
}

/** Loads Express. @throws Error that says what to install */
export function loadExpress(root: string): () => Application {
  return load(findLibrary('express', root, 'services of EDMX files')) as () => Application
}

/** Loads the adapter for OData V2. @throws Error that says what to install */
export function loadAdapter(root: string): (options: object) => Handler {
  const path = findLibrary('@cap-js-community/odata-v2-adapter', root, 'services of OData V2')
  const loaded = load(path) as ((options: object) => Handler) & {
    default?: (options: object) => Handler
  }
  return loaded.default ?? loaded
}

const load = (path: string): unknown => createRequire(__filename)(path)
