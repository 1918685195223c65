import fc from 'fast-check'

import type { Bindings } from '../../../../src/options.js'
import {
  ask,
  at,
  endServices,
  ias,
  requestOf,
  type Sent,
  serveEndpoints,
  SERVICE,
  WELL_KNOWN,
  xsuaa
} from './ask.js'

beforeAll(serveEndpoints)
afterAll(endServices)

describe('hosts', () => {
  const urlOf = (sent: Sent, metadata = at()) => metadata.urlFor(requestOf(sent))

  test('a configured one, in any case, at the port of https', () => {
    for (const host of ['app.example', 'APP.example', 'app.example:443']) {
      expect(urlOf({ host })).toBe(`https://app.example${WELL_KNOWN}${SERVICE}`)
    }
    expect(urlOf({ host: 'app.example:8443' })).toBeUndefined()
  })

  test('any other is not told to anybody', () => {
    const known = ['app.example', '{subdomain}.app.example', 'eu-{subdomain}.example:8443']
    const metadata = at(known)
    const allowed = /^(([a-z0-9-]+\.)?app\.example|eu-[a-z0-9-]+\.example:8443)$/
    const label = fc.constantFrom('app', 'example', 'eu-a', 'evil', 'a.b', '', '{subdomain}', 'x"y')
    const host = fc
      .tuple(fc.array(label, { maxLength: 4 }), fc.constantFrom('', ':443', ':8443', ':x', '@b'))
      .map(([labels, end]) => labels.join('.') + end)
    fc.assert(
      fc.property(fc.oneof(host, fc.string()), (name) => {
        const told = [urlOf({ host: name }, metadata)]
        told.push(urlOf({ headers: { 'x-forwarded-host': name }, host: 'evil.test' }, metadata))
        for (const url of told) if (url) expect(new URL(url).host).toMatch(allowed)
      })
    )
  })

  test('the forwarded one counts, and there is no way back to the other', () => {
    const headers = { 'x-forwarded-host': 'app.example, inner.example' }
    expect(urlOf({ host: 'inner', headers })).toContain('https://app.example/')
    expect(urlOf({ headers: { 'x-forwarded-host': 'evil.example' } })).toBeUndefined()
  })

  test('a subscriber logs on at its own XSUAA', () => {
    const hosts = ['{subdomain}-app.example', { host: 'acme.example', subdomain: 'acme' }]
    const server = (host: string, bindings?: Bindings) =>
      ask(at(hosts, bindings), { host })?.document as { authorization_servers: string[] } | null
    for (const host of ['acme-app.example', 'acme.example']) {
      expect(server(host)?.authorization_servers).toEqual([
        'https://acme.authentication.example/oauth/token'
      ])
    }
    const dedicated = { xsuaa: { ...xsuaa, tenantmode: 'dedicated' } }
    expect(server('acme-app.example', dedicated)?.authorization_servers).toEqual([
      'https://provider.authentication.example/oauth/token'
    ])
  })

  test("a subscriber's own Identity Authentication", () => {
    const hosts = [
      { host: '{subdomain}.app.example', identity: 'https://{subdomain}.accounts.example' }
    ]
    const document = ask(at(hosts, { ias }), { host: 'acme.app.example' })?.document
    expect(document).toMatchObject({ authorization_servers: ['https://acme.accounts.example'] })
  })

  test('routes on Cloud Foundry need no configuration', () => {
    process.env['VCAP_APPLICATION'] = JSON.stringify({ application_uris: ['cf.example/path'] })
    try {
      expect(urlOf({ host: 'cf.example' }, at([]))).toContain('https://cf.example/')
    } finally {
      delete process.env['VCAP_APPLICATION']
    }
  })

  test('a route with a wildcard is any label of it, of no tenant; a route that is no host is skipped', () => {
    const uris = ['*.cf.example', '*', 'a.*.example', '*x.example', '', 'CF.example']
    process.env['VCAP_APPLICATION'] = JSON.stringify({ application_uris: uris })
    try {
      const metadata = at([])
      expect(urlOf({ host: 'cf.example' }, metadata)).toContain('https://cf.example/')
      expect(ask(metadata, { host: 'acme.cf.example' })?.document).toMatchObject({
        resource: `https://acme.cf.example${SERVICE}`,
        authorization_servers: ['https://provider.authentication.example/oauth/token']
      })
      for (const host of ['a.b.cf.example', '.cf.example', 'a.b.example', 'ax.example', 'a'])
        expect(urlOf({ host }, metadata)).toBeUndefined()
    } finally {
      delete process.env['VCAP_APPLICATION']
    }
  })

  test('this machine, in development', () => {
    const local = { host: 'localhost:4004', from: '::1' }
    expect(urlOf(local, at([]))).toBe(`http://localhost:4004${WELL_KNOWN}${SERVICE}`)
    const router = { 'x-forwarded-host': 'localhost:5000', 'x-forwarded-proto': 'https' }
    expect(urlOf({ ...local, headers: router }, at([]))).toContain('https://localhost:5000/')
    expect(urlOf({ ...local, from: '10.0.0.1' }, at([]))).toBeUndefined()
    const acme = ask(at([]), { ...local, host: 'acme.localhost:4004' })?.document
    expect(acme).toMatchObject({
      authorization_servers: ['https://acme.authentication.example/oauth/token']
    })
    const before = process.env['CDS_ENV']
    process.env['CDS_ENV'] = 'production'
    try {
      expect(urlOf(local, at([]))).toBeUndefined()
    } finally {
      if (before === undefined) delete process.env['CDS_ENV']
      else process.env['CDS_ENV'] = before
    }
  })
})
