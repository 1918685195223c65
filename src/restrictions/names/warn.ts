import cds from '@sap/cds'

import { logWarning } from '../../lib/log.js'
import { checkNames } from './check.js'
import type { NameSources } from './known.js'
import type { Model } from '../model/definition.js'

/**
 * Warns at start of attributes and roles that no token can bring. To be called while plugins load, in processes that serve.
 *
 * @internal
 */
export function warnOfUnknownNames(): void {
  const warned = new Set<string>()
  cds.on('loaded', (csn) => {
    const { auth = {} } = cds.env.requires as unknown as { auth?: NameSources }
    for (const { message } of checkNames(csn as unknown as Model, cds.root, auth)) {
      if (!warned.has(message)) logWarning(message)
      warned.add(message)
    }
  })
}
