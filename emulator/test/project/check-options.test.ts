import { startEmulator } from '../../src/index.js'
import { options } from '../support/maintenance.js'

it.each<[string, unknown, RegExp]>([
  ['no options', undefined, /needs options, such as \{ root \}/],
  [
    'a misspelled one',
    { ...options, destination: {} },
    /"destination".*did you mean "destinations"/
  ],
  ['one that is none', { ...options, x1234567890: 1 }, /"x1234567890".*there are root, users,/],
  ...Object.entries({
    'onPremise["s4:1"]': { onPremise: { 's4:1': { bakend: 'x' } } },
    'onPremise["s4:1"].mocks': { onPremise: { 's4:1': { mocks: [{ servic: 'x' }] } } },
    'onPremise["s4:1"].resources': { onPremise: { 's4:1': { resources: [{ pth: '/' }] } } },
    'tenants["t1"]': { tenants: { t1: { user: {} } } },
    'tenants["t1"].onPremise["s4:1"]': { tenants: { t1: { onPremise: { 's4:1': { mock: [] } } } } },
    'applications["x"]': { applications: { x: { xssecurity: {} } } },
    jobScheduler: { jobScheduler: { instanz: 'x' } },
    credentialStore: { credentialStore: { permission: ['read'] } },
    'trust["idp"]': { trust: { idp: { entityID: 'x' } } },
    'trust["idp"].users["u"]': { trust: { idp: { users: { u: { role: [] } } } } },
    identity: { identity: { subjectNameIdentifer: 'mail' } },
    'identity.authorization': { identity: { authorization: { enable: true } } },
    'identity.applications["x"]': { identity: { applications: { x: { providedAPI: [] } } } },
    'identity.dependencies["x"]': { identity: { dependencies: { x: { apis: 'a' } } } }
  }).map(([path, more]): [string, unknown, RegExp] => [
    path,
    { ...options, ...more },
    new RegExp(`of the emulator in ${path.replaceAll(/[[\]]/g, '.')}: did you mean "`)
  ]),
  ...['identity', 'jobScheduler', 'credentialStore', 'delegation'].map(
    (name): [string, unknown, RegExp] => [
      `${name} that is a text`,
      { ...options, [name]: 'maintenance-jobs' },
      new RegExp(`^${name} must be true, false or an object with its options \\(`)
    ]
  )
])('%s', async (_, given, message) => {
  await expect(startEmulator(given as never)).rejects.toMatchObject({
    code: 'ERR_EMULATOR_OPTIONS',
    message: expect.stringMatching(message)
  })
})
