import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { logWarning } from '../../lib/log.js'
import { checkNames } from './check.js'
import type { Model } from '../model/definition.js'

/**
 * Warns at start of attributes and roles that no token can bring. To be called while plugins load, in processes that serve.
 *
 * @internal
 */
export function warnOfUnknownNames(): void {
  const warned = new Set<string>()
  cap.on('loaded', (csn: Model) => {
    const { auth = {} } = cap.env.requires
    for (const { message } of checkNames(csn, cds.root, auth)) {
      if (!warned.has(message)) logWarning(message)
      warned.add(message)
    }
  })
}
