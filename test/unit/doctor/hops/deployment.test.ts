import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { deploymentFindings } from '../../../../src/doctor/hops/deployment.js'
import { factsWith } from '../facts.js'

const folder = mkdtempSync(join(tmpdir(), 'cds-principal-mta-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function findings(mta: object, xsApp?: object, own: Parameters<typeof factsWith>[0] = {}) {
  const path = join(folder, 'mta.yaml')
  writeFileSync(path, JSON.stringify(mta))
  const router = join(folder, 'router')
  mkdirSync(router, { recursive: true })
  rmSync(join(router, 'xs-app.json'), { force: true })
  if (xsApp) writeFileSync(join(router, 'xs-app.json'), JSON.stringify(xsApp))
  return deploymentFindings(factsWith({ ...own, options: { project: folder, mta: path } }))
}

const auth = { name: 'auth', parameters: { service: 'xsuaa' } }
const srv = {
  name: 'srv',
  type: 'nodejs',
  provides: [{ name: 'srv-api' }],
  requires: [{ name: 'auth' }]
}
const target = {
  name: 'srv-api',
  group: 'destinations',
  properties: { name: 'srv-api', forwardAuthToken: true }
}
const router = { name: 'router', type: 'approuter.nodejs', path: 'router', requires: [target] }

test('what is bound, forwarded and routed', () => {
  const xsApp = { routes: [{ source: '^/odata', destination: 'srv-api' }] }
  expect(findings({ modules: [srv, router], resources: [auth] }, xsApp)).toMatchObject([
    { state: 'ok', cause: 'binds xsuaa' },
    { state: 'ok', cause: expect.stringContaining('forwards the token') },
    { state: 'ok', subject: 'xs-app.json' }
  ])
})

test('the sidecar of "cds add multitenancy" is no application: it has calls without a user', () => {
  const sidecar = {
    ...{
      name: 'shop-mtx',
      type: 'nodejs',
      path: 'gen/mtx/sidecar',
      provides: [{ name: 'mtx-api' }]
    },
    requires: [{ name: 'app-api' }, { name: 'shop-registry' }, { name: 'auth' }]
  }
  const properties = { name: 'mtx-api', url: '~{mtx-url}' }
  const toSidecar = { name: 'mtx-api', group: 'destinations', properties }
  const shopRouter = { ...router, requires: [target, toSidecar], provides: [{ name: 'app-api' }] }
  const registry = { name: 'shop-registry', parameters: { service: 'saas-registry' } }
  const dest = { name: 'dest', parameters: { service: 'destination' } }
  const application = { ...srv, requires: [{ name: 'auth' }, { name: 'dest' }] }
  const routes = [
    { source: '^/-/cds/.*', destination: 'mtx-api', authenticationType: 'none' },
    { source: '^/(.*)$', target: '$1', destination: 'srv-api', csrfProtection: true }
  ]
  const mta = {
    modules: [application, sidecar, shopRouter],
    resources: [auth, registry, dest]
  }
  expect(findings(mta, { routes })).toMatchObject([
    { state: 'ok', cause: 'binds xsuaa, destination' },
    { state: 'ok', cause: expect.stringContaining('"srv-api"') },
    { state: 'ok', subject: 'xs-app.json' }
  ])
})

test('tokens of other issuers need no XSUAA, unless they are exchanged there', () => {
  const modules = [{ ...srv, requires: [] }]
  const issuer = { issuer: 'https://idp.example', audience: 'shop' }
  const withIssuer = (more = {}) => ({
    auth: { kind: 'principal', issuers: { company: { ...issuer, ...more } } } as never
  })
  expect(findings({ modules }, undefined, withIssuer())).toMatchObject([
    { state: 'ok', cause: 'binds nothing' }
  ])
  for (const [own, resources] of [
    [withIssuer({ exchange: { grant: 'jwt-bearer' } }), []],
    [withIssuer(), [auth]]
  ] as const) {
    expect(findings({ modules, resources }, undefined, own)).toMatchObject([
      { state: 'mend', expected: 'xsuaa or identity' }
    ])
  }
})

test('a resource that is there and not bound is named in the fix', () => {
  const resources = [auth, { name: 'dest', parameters: { service: 'destination' } }]
  expect(findings({ modules: [srv], resources })).toMatchObject([
    {
      state: 'mend',
      sent: 'xsuaa',
      expected: 'destination',
      fix: expect.stringContaining('"- name: dest"')
    }
  ])
})

test('a resource that does not say its service may be the missing one', () => {
  const existing = { name: 'auth', type: 'org.cloudfoundry.existing-service' }
  expect(findings({ modules: [srv], resources: [existing] })).toMatchObject([{ state: 'unknown' }])
})

test('an application router without authentication', () => {
  const found = findings(
    { modules: [srv, router], resources: [auth] },
    { authenticationMethod: 'none', routes: [] }
  )
  expect(found.at(-1)).toMatchObject({ state: 'mend', subject: 'xs-app.json', sent: '"none"' })
})

test('a manifest: destinations in the environment of the application router', () => {
  const destinations = JSON.stringify([{ name: 'srv-api', url: 'https://x' }])
  const found = findings({
    applications: [{ name: 'router', env: { destinations } }, { name: 'srv' }]
  })
  expect(found).toMatchObject([
    { state: 'unknown', subject: 'manifest, services' },
    {
      state: 'mend',
      subject: 'manifest, application "router"',
      fix: expect.stringContaining('forwardAuthToken')
    }
  ])
})

test('no mta.yaml is unknown', () => {
  expect(deploymentFindings(factsWith())).toMatchObject([{ state: 'unknown', subject: 'mta.yaml' }])
})
