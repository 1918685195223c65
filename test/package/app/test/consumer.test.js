// A consumer's own tests: jest without any option must be able to load what CAP loads.
const cds = require('@sap/cds')

test('the plugin and its modules load inside jest', async () => {
  expect(Object.keys(await cds.plugins)).toContain('cds-principal')
  expect(require('cds-principal/auth')).toBeInstanceOf(Function)
  expect(require('cds-principal')).toHaveProperty('ERROR_CODES')
  expect(require('cds-principal/remote-service')).toBeDefined()
})
