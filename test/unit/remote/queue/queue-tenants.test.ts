import cds from '@sap/cds'

import { cdsRequires } from '../../destination/support/cds-requires.js'

const own = Object.create(cds.ApplicationService.prototype) as object
const other = Object.create(cds.RemoteService.prototype) as object
const WARNING = /events of "Own" are queued by several tenants.*"multitenancy": true/

let warn: jest.SpyInstance
let recordTenant: (name: string | undefined, tenant: unknown) => void
beforeAll(() => {
  Object.assign(cds.services, { Own: own, S4: other })
})
beforeEach(() => {
  cdsRequires({})
  warn = jest.spyOn(console, 'warn').mockReturnValue()
  jest.isolateModules(() => {
    // each test is a process that knows of no tenant yet
    jest.doMock('@sap/cds', () => cds)
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- it has to be synchronous
    ;({ recordTenant } = require('../../../../src/remote/queue/tenant.js') as {
      recordTenant: typeof recordTenant
    })
  })
})
afterEach(() => {
  jest.restoreAllMocks()
})

const warnings = () => warn.mock.calls.map((words) => words.join(' '))

test('events of an own service by two tenants: one warning, with the line to configure', () => {
  for (const tenant of ['t1', 't1', 't2', 't3']) recordTenant('Own', tenant)
  expect(warnings()).toEqual([expect.stringMatching(WARNING)])
  expect(warnings()[0]).not.toMatch(/t1|t2/)
})

test.each([
  ['one tenant, and work without any', 'Own', ['t1', undefined, 't1', null, undefined]],
  ['calls of a remote service: they go out in the right tenant', 'S4', ['t1', 't2']],
  ['a service that is not there', 'Gone', ['t1', 't2']],
  ['older messages without a service', undefined, ['t1', 't2']]
])('no warning: %s', (_, name, tenants) => {
  for (const tenant of tenants) recordTenant(name, tenant)
  expect(warnings()).toEqual([])
})

test('no warning: with multitenancy each tenant has a queue of its own', () => {
  cdsRequires({ multitenancy: true })
  for (const tenant of ['t1', 't2']) recordTenant('Own', tenant)
  expect(warnings()).toEqual([])
})
