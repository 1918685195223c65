import { mocksConfiguration } from '../../src/standalone/mocks-configuration.js'

const AS_MOCKED = { kind: 'odata', csrf: false, csrfInBatch: false }

const REQUIRES = {
  auth: { kind: 'principal' },
  V2: { kind: 'odata-v2', csrf: true },
  renamed: { kind: 'odata-v4', service: 'V4' },
  V4_IN_PRODUCTION: { kind: 'odata' },
  REST: { kind: 'rest' },
  HCQL: { kind: 'hcql' },
  OTHER: { kind: 'odata-v2' }
}
const MOCKED = ['V2', 'V4', 'V4_IN_PRODUCTION', 'REST', 'HCQL']

test('services of OData with a mock talk to it as it is; others, and those without a mock, stay', () => {
  expect(mocksConfiguration(REQUIRES, MOCKED)).toEqual({
    requires: { V2: AS_MOCKED, renamed: AS_MOCKED, V4_IN_PRODUCTION: AS_MOCKED }
  })
  expect(mocksConfiguration(REQUIRES, ['REST'])).toBeUndefined()
})

test('configuration that is given in CDS_CONFIG stays', () => {
  const given = {
    log: { levels: { remote: 'debug' } },
    requires: { V2: { credentials: { path: '/x' }, csrf: true }, renamed: 'odata-v2', db: 'sqlite' }
  }
  expect(mocksConfiguration(REQUIRES, ['V2', 'V4'], JSON.stringify(given))).toEqual({
    log: given.log,
    requires: {
      V2: { credentials: { path: '/x' }, ...AS_MOCKED },
      renamed: AS_MOCKED,
      db: 'sqlite'
    }
  })
})

test('a file that CDS_CONFIG names is not replaced', () => {
  expect(mocksConfiguration(REQUIRES, MOCKED, './my-config.json')).toBeUndefined()
})
