import { createAuthority } from '../../../../emulator/src/certificates/authority.js'
import { lookUpAll } from '../../../../src/doctor/look-ups.js'
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
  const destinations = seen({ Name: 'S4', ProxyType: 'OnPremise' })
  expect(toMend({ services, destinations })).toEqual(['xsuaa', 'connectivity'])
})

test('no Destination service is a doubt, as the application may register destinations', () => {
  const found = bindingFindings(factsWith({ services: [serviceOf('S4')] }))
  expect(found).toContainEqual(
    expect.objectContaining({
      subject: 'destination',
      state: 'warning',
      cause: expect.stringMatching(/"S4" names a destination.*unless the application registers it/),
      code: 'ERR_DESTINATION_NOT_FOUND'
    })
  )
})

test('destinations of the environment need no Destination service', async () => {
  process.env['destinations'] = '[{"name":"S4","url":"https://s4.example"}]'
  try {
    const services = [serviceOf('S4')]
    const sources = { exported: undefined, bindings: [], isOnline: true, token: undefined }
    const destinations = await lookUpAll({ ...sources, services })
    expect(bindingFindings(factsWith({ services, destinations }))).toMatchObject([
      { subject: 'xsuaa' }
    ])
    const more = [...services, serviceOf('OTHER')]
    expect(bindingFindings(factsWith({ services: more, destinations }))).toMatchObject([
      { subject: 'xsuaa' },
      { subject: 'destination', cause: expect.stringContaining('"OTHER"') }
    ])
  } finally {
    delete process.env['destinations']
  }
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

test('certificates of other services are looked at as well, each client once', async () => {
  const authority = await createAuthority('CN=test')
  const { cert: certificate } = await authority.issue({
    subject: [{ CN: ['app'] }],
    usage: 'client',
    validMs: 7 * 86_400_000
  })
  const uaa = { clientid: 'sb-reuse', certificate, key: 'k' }
  const found = bindingFindings(
    factsWith({
      bindings: [bindingOf('xsuaa', xsuaa)],
      requires: {
        auth: { credentials: { ...xsuaa, certificate } },
        REUSE: { credentials: { url: 'https://reuse.example', uaa } },
        SAME: { credentials: uaa },
        audit: { credentials: { clientid: 'sb-audit', certificate } },
        secret: { credentials: { clientid: 'sb-secret', clientsecret: 's' } },
        db: true
      }
    })
  )
  const ends = found.filter(({ subject }) => subject.endsWith(', X.509'))
  expect(ends).toEqual(
    ['cds.requires.REUSE.credentials.uaa', 'cds.requires.audit'].map(
      (title) =>
        expect.objectContaining({
          subject: `${title}, X.509`,
          state: 'warning',
          cause: expect.stringContaining('its certificate ends in') as string
        }) as unknown
    )
  )
})
