import cds from '@sap/cds'

import { markSpan } from '../../../../src/remote/evidence/span.js'
import type { PrincipalCall } from '../../../../src/remote/evidence/principal-call.js'

test('an application without OpenTelemetry is asked for it once, not with every call', () => {
  const { root } = cds
  let looked = 0
  Object.defineProperty(cds, 'root', {
    configurable: true,
    get: () => {
      looked++
      return '/nowhere'
    }
  })
  try {
    for (let i = 0; i < 5; i++) markSpan({ service: 'S4' } as PrincipalCall)
    expect(looked).toBe(1)
  } finally {
    Object.defineProperty(cds, 'root', { configurable: true, writable: true, value: root })
  }
})
