import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { logWarning } from '../../lib/log.js'
import { checkNames } from './check.js'
import { nameSources } from './known.js'
import type { Model } from '../model/definition.js'

/**
 * Warns at start of attributes and roles that no token can bring. To be called while plugins load, in processes that serve.
 *
 * @internal
 */
export function warnOfUnknownNames(): void {
  const warned = new Set<string>()
  cap.on('loaded', (csn: Model) => {
    for (const { message } of checkNames(csn, cds.root, nameSources(cap.env.requires))) {
      if (!warned.has(message)) logWarning(message)
      warned.add(message)
    }
  })
}
