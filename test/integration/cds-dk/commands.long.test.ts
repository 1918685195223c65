import fs from 'node:fs'

import {
  add,
  AGAIN,
  createProject,
  inProject,
  json,
  MANIFEST,
  MODEL,
  read,
  removeProject,
  run,
  write,
  yaml
} from './project.js'

const ON_PREMISE = { credentials: { destination: 'S4' } }
const UNSAFE = MODEL.replace('(plant =', "(plant || $user.plant = 'x' or plant =")

beforeEach(createProject)
afterEach(removeProject)

const requires = () => json('package.json').cds.requires

function withRequires(own: object) {
  write('package.json', JSON.stringify({ ...json('package.json'), cds: { requires: own } }))
}

/** Services in `mta.yaml`, each as often as there are instances. */
const services = () =>
  yaml('mta.yaml')
    .resources.map(({ parameters }: { parameters: { service: string } }) => parameters.service)
    .toSorted()

describe('cds add principal', () => {
  test('makes a project with XSUAA in production one with the plugin, and later facets keep it', () => {
    expect(run('add', 'principal')).toMatchObject({ status: 0 })
    const { cds, dependencies, devDependencies } = json('package.json')
    expect(cds.requires).toEqual({
      API: MANIFEST.cds.requires.API,
      auth: 'principal',
      destinations: true,
      connectivity: true
    })
    expect(dependencies).toMatchObject({ 'cds-principal': '^0.1.0' })
    expect(devDependencies).toEqual({ 'cds-principal-emulator': '^0.1.0' })
    expect(json('.vscode/settings.json')['json.schemas']).toMatchObject([
      { url: './node_modules/cds-principal/schema/cds-principal.json' }
    ])
    const { scopes, attributes } = json('xs-security.json')
    expect(scopes).toMatchObject([{ name: '$XSAPPNAME.Viewer' }])
    expect(attributes).toMatchObject([{ name: 'plant' }])

    write('srv/cat-service.cds', MODEL.replace("'Viewer'", "['Viewer', 'Auditor']"))
    expect(run('add', 'mta,approuter')).toMatchObject({ status: 0 })
    for (const service of ['auth', 'destination', 'connectivity']) {
      expect(
        read('mta.yaml').match(new RegExp(`^  - name: bookshop-${service}$`, 'gm'))
      ).toHaveLength(1)
    }
    const modules = read('mta.yaml').split(/^resources:/m)[0]!
    expect(modules.match(/- name: bookshop-auth$/gm)).toHaveLength(2)
    expect(modules.match(/- name: bookshop-connectivity$/gm)).toHaveLength(1)
    expect(json('xs-security.json').scopes).toHaveLength(2)

    expect(run('add', 'xsuaa')).toMatchObject({ status: 0 })
    const before = ['package.json', 'mta.yaml', 'xs-security.json'].map(read)
    expect(json('package.json').cds).toEqual(cds)
    expect(run('add', 'principal')).toMatchObject({ status: 0 })
    expect(['package.json', 'mta.yaml', 'xs-security.json'].map(read)).toEqual(before)
  })

  test('takes Identity Authentication where the project has it', () => {
    withRequires({ '[production]': { auth: { kind: 'ias' } } })
    add('principal')
    add('mta')
    expect(json('package.json').cds.requires).toEqual({
      auth: { kind: 'principal', vcap: { label: 'identity' } },
      destinations: true
    })
    expect(services()).toEqual(['destination', 'identity'])
    expect(fs.existsSync(inProject('xs-security.json'))).toBe(false)

    expect(add('xsuaa')).not.toContain(AGAIN)
    expect(requires()).toMatchObject({ auth: { kind: 'principal' }, xsuaa: true })
    expect(services()).toEqual(['destination', 'identity', 'xsuaa'])
    expect(json('xs-security.json').scopes).toMatchObject([{ name: '$XSAPPNAME.Viewer' }])
  })

  test.each<[string, object]>([
    ['XSUAA', { auth: 'principal', identity: true }],
    [
      'Identity Authentication',
      { auth: { kind: 'principal', vcap: { label: 'identity' } }, xsuaa: true }
    ]
  ])('binds both issuers where auth is bound to %s, and the other one beside it', (_name, own) => {
    withRequires(own)
    expect(add('mta,approuter')).toContain(AGAIN)
    expect(services()).toContain('xsuaa')
    expect(json('xs-security.json').scopes).toMatchObject([{ name: '$XSAPPNAME.Viewer' }])
    expect(add('data')).not.toContain(AGAIN)
    expect(requires()).toEqual(own)

    expect(add('principal')).not.toContain(AGAIN)
    expect(requires()).toMatchObject({ ...own, destinations: true })
    expect(services()).toEqual(['destination', 'identity', 'xsuaa'])
    const modules = read('mta.yaml').split(/^resources:/m)[0]!
    for (const name of ['auth', 'ias']) {
      expect(modules.match(new RegExp(`- name: bookshop-${name}$`, 'gm'))).toHaveLength(2)
    }
  })

  test('binds Identity Authentication only where auth has its label', () => {
    withRequires({ auth: { kind: 'principal', vcap: { label: 'identity' } } })
    add('mta')
    expect(services()).toContain('identity')
    expect(services()).not.toContain('xsuaa')
  })

  test.each([
    ['ias', 'is added later'],
    ['principal,ias', 'is added with principal']
  ])('takes both issuers where XSUAA was there, and Identity Authentication %s', (facets) => {
    withRequires({ '[production]': { auth: 'xsuaa' } })
    add('mta')
    add('principal')
    expect(add(facets)).not.toContain(AGAIN)
    expect(requires()).toMatchObject({ auth: 'principal', identity: true, destinations: true })
    expect(services()).toEqual(['destination', 'identity', 'xsuaa'])
  })

  test('has a binding of each issuer in the chart', () => {
    withRequires({ auth: 'principal', identity: true })
    add('kyma', '--y')
    add('principal')
    const { srv, xsuaa, identity } = yaml('chart/values.yaml')
    expect([xsuaa.serviceOfferingName, identity.serviceOfferingName]).toEqual(['xsuaa', 'identity'])
    expect(srv.bindings).toMatchObject({
      auth: { serviceInstanceName: 'xsuaa' },
      identity: { serviceInstanceName: 'identity', parameters: { 'app-identifier': 'srv' } }
    })
    expect(srv.bindings.auth).not.toHaveProperty('parameters')
    const before = read('chart/values.yaml')
    add('principal')
    expect(read('chart/values.yaml')).toBe(before)
  })

  test('has the Connectivity service and the descriptor in a chart that is added later', () => {
    withRequires({})
    add('principal')
    expect(requires()).toEqual({ auth: 'principal', destinations: true })
    withRequires({ ...requires(), API: { kind: 'odata-v2', '[production]': ON_PREMISE } })
    add('kyma', '--y')
    expect(requires()).toMatchObject({ auth: 'principal', connectivity: true })
    expect(read('chart/values.yaml')).toContain('connectivity-proxy-info')
    const before = read('chart/values.yaml')
    add('principal')
    expect(read('chart/values.yaml')).toBe(before)
    expect(requires()).toMatchObject({ connectivity: true })

    expect(run('build', '--production')).toMatchObject({ status: 0 })
    const built = fs.readdirSync(inProject('gen/chart/templates'))
    expect(built).toContain('connectivity-proxy-info.yaml')
    const { xsuaa } = yaml('gen/chart/values.yaml')
    expect(xsuaa.jsonParameters).toBe(read('xs-security.json'))
    expect(xsuaa.parameters).toBeDefined()
  })

  test('binds the Connectivity service where only production has the destination', () => {
    withRequires({ API: { kind: 'odata-v2', '[production]': ON_PREMISE } })
    add('principal')
    add('mta')
    expect(requires()).toMatchObject({ auth: 'principal', connectivity: true })
    expect(services()).toEqual(['connectivity', 'destination', 'xsuaa'])
  })

  test('removes the kind that cds bind has written, and tells so', () => {
    const binding = { type: 'cf', instance: 'bookshop-auth', vcap: { label: 'xsuaa' } }
    const hybrid = { auth: { binding, kind: 'xsuaa-auth', vcap: { name: 'auth' } } }
    write('.cdsrc-private.json', JSON.stringify({ requires: { '[hybrid]': hybrid } }))
    expect(add('principal')).toContain('.cdsrc-private.json')
    expect(json('.cdsrc-private.json')).toEqual({
      requires: { '[hybrid]': { auth: { binding, vcap: { name: 'auth' } } } }
    })
    const { output } = run('env', 'requires.auth.kind', '--profile', 'hybrid')
    expect(output).toMatch(/^'?principal'?$/m)
    expect(add('principal')).not.toContain('.cdsrc-private.json')
  })

  test('is listed', () => {
    expect(run('help', 'add').output).toMatch(/principal\S* +- principal propagation/)
  })
})

describe('cds build', () => {
  beforeEach(() => {
    const { API } = MANIFEST.cds.requires
    write(
      'package.json',
      JSON.stringify({ ...MANIFEST, cds: { requires: { auth: 'principal', API } } })
    )
  })

  const DESCRIPTOR = JSON.stringify({
    scopes: [{ name: '$XSAPPNAME.Viewer' }],
    attributes: [{ name: 'plants' }]
  })
  const WARNING = /WARNING.*srv\/cat-service\.cds:4:.*\$user\.plant.*did you mean "plants"\?/

  test('puts xs-security.json next to the built service, and warns of names that no token brings', () => {
    write('xs-security.json', DESCRIPTOR)
    const { status, output } = run('build', '--production')
    expect(output).toMatch(WARNING)
    expect(status).toBe(0)
    expect(read('gen/srv/xs-security.json')).toBe(DESCRIPTOR)
    expect(fs.existsSync(inProject('gen/srv/srv/csn.json'))).toBe(true)
  })

  test.each([
    [false, [{ for: 'nodejs' }]],
    [true, [{ for: 'nodejs' }, { for: 'principal' }]]
  ])('does so (%j) if the project lists its own tasks %j', (named, tasks) => {
    const cds = { requires: { auth: 'principal' }, build: { tasks } }
    write('package.json', JSON.stringify({ ...MANIFEST, cds }))
    write('xs-security.json', DESCRIPTOR)
    const { status, output } = run('build', '--production')
    expect(status).toBe(0)
    expect(WARNING.test(output)).toBe(named)
    expect(fs.existsSync(inProject('gen/srv/xs-security.json'))).toBe(named)
  })

  test('fails with a condition that can not be made safe, unless the check is turned off', () => {
    write('srv/cat-service.cds', UNSAFE)
    const { status, output } = run('build', '--production')
    expect(output).toMatch(/ERROR.*srv\/cat-service\.cds:4:.*Instead/)
    expect(status).toBe(1)
    const requires = { auth: { kind: 'principal', lint: false } }
    write('package.json', JSON.stringify({ ...MANIFEST, cds: { requires } }))
    expect(run('build', '--production')).toMatchObject({ status: 0 })
  })
})
