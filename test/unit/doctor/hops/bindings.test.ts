import { bindingFindings } from '../../../../src/doctor/hops/bindings.js'
import { bindingOf, factsWith, seen, serviceOf } from '../facts.js'

const xsuaa = { clientid: 'c', clientsecret: 's', xsappname: 'x', uaadomain: 'd', url: 'https://u' }
const connectivity = {
  clientid: 'c',
  clientsecret: 's',
  url: 'https://u',
  onpremise_proxy_host: 'h',
  onpremise_proxy_port: '1'
}

const toMend = (own: Parameters<typeof factsWith>[0]) =>
  bindingFindings(factsWith(own))
    .filter(({ state }) => state === 'mend')
    .map(({ subject }) => subject)

test('bindings that are not known are no missing bindings', () => {
  expect(bindingFindings(factsWith({ bindings: undefined }))).toEqual([
    { subject: 'bindings', state: 'unknown', cause: 'not given', fix: 'Give them.' }
  ])
})

test('only what is used is missing', () => {
  expect(toMend({})).toEqual(['xsuaa'])
  expect(toMend({ bindings: [bindingOf('xsuaa', xsuaa)] })).toEqual([])
  const services = [serviceOf('S4')]
  expect(toMend({ services })).toEqual(['xsuaa', 'destination'])
  const destinations = seen({ Name: 'S4', ProxyType: 'OnPremise' })
  expect(toMend({ services, destinations })).toEqual(['xsuaa', 'destination', 'connectivity'])
})

test('issuers of the configuration replace a bound one', () => {
  expect(toMend({ auth: { kind: 'principal', issuers: { external: {} as never } } })).toEqual([])
})

test.each([
  ['xsuaa', { ...xsuaa, uaadomain: undefined }, /no "uaadomain"/],
  ['xsuaa', { ...xsuaa, clientsecret: undefined }, /no key/],
  ['xsuaa', { ...xsuaa, clientsecret: undefined, certificate: 'c' }, /no key/],
  ['connectivity', { ...connectivity, onpremise_proxy_host: undefined }, /onpremise_proxy_host/]
])('%s that is not complete: %#', (label, credentials, cause) => {
  const found = bindingFindings(factsWith({ bindings: [bindingOf(label, credentials)] }))
  const subject = `${label} "my-${label}"`
  const finding = found.find((each) => each.subject === subject)
  expect(finding).toMatchObject({
    state: 'mend',
    fix: expect.stringMatching(/./)
  })
  expect(`${finding?.cause} ${finding?.expected}`).toMatch(cause)
})

test('a certificate of the workload is complete', () => {
  const credentials = { ...xsuaa, clientsecret: undefined, 'credential-type': 'X509_ATTESTED' }
  expect(toMend({ bindings: [bindingOf('xsuaa', credentials)] })).toEqual([])
})
