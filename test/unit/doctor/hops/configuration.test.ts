import { configurationFindings } from '../../../../src/doctor/hops/configuration.js'
import { factsWith } from '../facts.js'

/** What is said about a required service with these options. */
function findingAbout(more: object) {
  const options = { kind: 'odata-v2', onBehalfOf: 'namedUser', ...more }
  const requires = { API: options }
  const services = [{ name: 'API', options, destination: undefined }]
  return configurationFindings(factsWith({ requires, services })).at(-1)
}

const NOWHERE = { credentials: { path: '/sap/opu/odata/sap/API' } }

test.each(['namedUser', 'currentUser'])('%s, and no address: to mend', (onBehalfOf) => {
  const option = 'cds.requires.API.credentials.destination'
  expect(findingAbout({ ...NOWHERE, onBehalfOf })).toMatchObject({
    subject: 'cds.requires.API',
    state: 'mend',
    cause: `${option} is not set, and there is no "url" in its place`,
    fix: `Set ${option}, or bind the service.`,
    code: 'ERR_CONFIGURATION'
  })
})

test.each<[string, object]>([
  ['has a destination', { credentials: { destination: 'S4', path: '/x' } }],
  ['has a url', { credentials: { url: 'https://api.example', forwardAuthToken: true } }],
  ['is mocked by CAP', {}],
  ['has a binding that is not known here', { ...NOWHERE, vcap: { label: 'x' } }],
  ['has a binding of cds bind that is not known here', { ...NOWHERE, binding: { type: 'cf' } }]
])('a service that %s is right', (_, options) => {
  expect(findingAbout(options)).toMatchObject({ state: 'ok', cause: 'called as namedUser' })
})
