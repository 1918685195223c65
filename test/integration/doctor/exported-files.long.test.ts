import { createAuthority } from '../../../emulator/src/certificates/authority.js'
import { doctor, run } from './command.js'
import { ExportFolder, type Exports, rightExports, SECRETS } from './exports.js'

const folder = new ExportFolder()
const printed: string[] = []

afterAll(() => folder.remove())

/** One mistake in the exports, and what the first row to mend says about it. */
interface Mistake {
  name: string
  make: (exports: Exports) => unknown
  hop: string
  subject: RegExp
  cause: RegExp
  fix: RegExp
}

/** Certificate whose time is over. */
async function endedCertificate() {
  const authority = await createAuthority('CN=test')
  const subject = [{ CN: ['plant'] }]
  return authority.issue({ subject, usage: 'client', validMs: -1000 })
}

const destination = ({ destinations }: Exports, name: string) =>
  destinations.find(({ Name }) => Name === name)!

const mistakes: Mistake[] = [
  {
    name: 'no binding of the Connectivity service',
    make: ({ vcap }) => delete vcap['connectivity'],
    hop: 'bindings',
    subject: /^connectivity$/,
    cause: /no Connectivity service is bound, and destination "S4" is on premise/,
    fix: /cf create-service connectivity/
  },
  {
    name: 'no client secret',
    make: ({ vcap }) => delete vcap['destination'][0].credentials.clientsecret,
    hop: 'bindings',
    subject: /^destination "plant-destination"$/,
    cause: /has no key/,
    fix: /binding again/
  },
  {
    name: 'a certificate that has ended',
    make: async ({ vcap }) => {
      const { key, cert } = await endedCertificate()
      const { clientsecret: _, ...credentials } = vcap['xsuaa'][0].credentials
      vcap['xsuaa'][0].credentials = {
        ...credentials,
        key,
        certificate: cert,
        'credential-type': 'x509'
      }
    },
    hop: 'bindings',
    subject: /^xsuaa "plant-auth", X\.509$/,
    cause: /certificate has ended/,
    fix: /binding again/
  },
  {
    name: 'NoAuthentication, and the service asks for a named user',
    make: (exports) => (destination(exports, 'S4')['Authentication'] = 'NoAuthentication'),
    hop: 'destinations',
    subject: /^destination "S4"$/,
    cause: /the user would be lost/,
    fix: /Set Authentication to PrincipalPropagation/
  },
  {
    name: 'http on the internet',
    make: (exports) => (destination(exports, 'PARTNER')['URL'] = 'http://partner.example/api'),
    hop: 'destinations',
    subject: /^destination "PARTNER"$/,
    cause: /token of the user over http/,
    fix: /^Change its URL/
  },
  {
    name: 'a destination that is misspelt',
    make: ({ requires }) => (requires['S4'].credentials.destination = 'S44'),
    hop: 'destinations',
    subject: /^destination "S44"$/,
    cause: /no destination of that name/,
    fix: /Did you mean "S4"\? Correct cds\.requires\.S4\.credentials\.destination/
  },
  {
    name: 'on premise, with https',
    make: (exports) => (destination(exports, 'S4')['URL'] = 'https://s4.internal:44300'),
    hop: 'destinations',
    subject: /^destination "S4"$/,
    cause: /takes http only/,
    fix: /http:\/\//
  },
  {
    name: 'xs-security.json without the scope',
    make: ({ xsSecurity }) => (xsSecurity['scopes'] = []),
    hop: 'roles',
    subject: /role template "Technician"/,
    cause: /scope that is not declared/,
    fix: /Add it to xs-security\.json/
  },
  {
    name: 'xs-security.json without the attribute',
    make: ({ xsSecurity }) => (xsSecurity['attributes'] = []),
    hop: 'roles',
    subject: /role template "Technician"/,
    cause: /to an attribute that is not declared/,
    fix: /Add it to xs-security\.json/
  },
  {
    name: 'an exchange without a token service',
    make: (exports) => delete destination(exports, 'PARTNER')['tokenServiceURL'],
    hop: 'destinations',
    subject: /^destination "PARTNER"$/,
    cause: /needs a token service/,
    fix: /^Set tokenServiceURL/
  },
  {
    name: 'an application router that forwards no token',
    make: (exports) => (exports.mta = exports.mta.replace(/ +forwardAuthToken: true\n/, '')),
    hop: 'trust',
    subject: /^mta\.yaml, module "plant"$/,
    cause: /does not forward the token/,
    fix: /forwardAuthToken: true/
  },
  {
    name: 'mta.yaml without the binding',
    make: (exports) =>
      void (exports.mta = exports.mta.replace('      - name: plant-connectivity\n', '')),
    hop: 'trust',
    subject: /^mta\.yaml, module "plant-srv"$/,
    cause: /does not bind connectivity/,
    fix: /Add "- name: plant-connectivity"/
  },
  {
    name: 'onBehalfOf that there is not',
    make: ({ requires }) => (requires['S4'].onBehalfOf = 'nameduser'),
    hop: 'configuration',
    subject: /^cds\.requires\.S4$/,
    cause: /onBehalfOf is "nameduser"/,
    fix: /namedUser/
  },
  {
    name: 'onBehalfOf of another kind than the destination',
    make: ({ requires }) => (requires['S4'].onBehalfOf = 'systemUser'),
    hop: 'destinations',
    subject: /^destination "S4"$/,
    cause: /propagates users and has no technical user/,
    fix: /technical identity/
  },
  {
    name: 'a route of the application router without a user',
    make: ({ xsApp }) => (xsApp['routes'][0].authenticationType = 'none'),
    hop: 'trust',
    subject: /^xs-app\.json$/,
    cause: /has no user/,
    fix: /authenticationType/
  }
]

test.each(mistakes)(
  '$name: the first row to mend says where, why and what to do',
  async (mistake) => {
    const { name, make, ...expected } = mistake
    const exports = rightExports()
    await make(exports)
    const { cwd, options } = folder.write(name.replaceAll(/\W+/g, '-'), exports)
    const { status, rows, text } = await doctor(cwd, options)
    printed.push(text)
    const first = rows.find(({ state }) => state === 'mend')
    expect(first).toMatchObject({
      hop: expected.hop,
      subject: expect.stringMatching(expected.subject),
      cause: expect.stringMatching(expected.cause),
      fix: expect.stringMatching(expected.fix)
    })
    expect(status).toBe(1)
  }
)

test('the right exports have nothing to mend, and only what was read is seen', async () => {
  const { cwd, options } = folder.write('right', rightExports())
  const { status, rows, text } = await doctor(cwd, options)
  printed.push(text)
  expect(rows.filter(({ state }) => state !== 'ok' && state !== 'unknown')).toEqual([])
  expect(status).toBe(0)
  const hops = rows.map(({ hop }) => hop)
  expect([...new Set(hops)]).toEqual([
    'bindings',
    'tokens',
    'roles',
    'configuration',
    'destinations',
    'connection',
    'as you',
    'trust'
  ])
  const called = rows.filter(({ hop }) => ['tokens', 'connection', 'as you'].includes(hop))
  expect(
    called.every(
      ({ state, cause }) => state === 'unknown' && /only read|none was given/.test(cause)
    )
  ).toBe(true)
})

test('two Cloud Connectors for the same virtual host are a warning, and nothing to mend', async () => {
  const exports = rightExports()
  delete destination(exports, 'S4')['CloudConnectorLocationId']
  const { cwd, options } = folder.write('locations', exports)
  const { status, rows, text } = await doctor(cwd, options)
  printed.push(text)
  expect(status).toBe(0)
  expect(rows.filter(({ state }) => state !== 'ok' && state !== 'unknown')).toMatchObject([
    {
      hop: 'destinations',
      subject: 'destination "S4"',
      state: 'warning',
      cause: expect.stringMatching(/no CloudConnectorLocationId.*same virtual host through "plant"/)
    }
  ])
})

test('package.json has profiles, and only those count that are named', async () => {
  const exports = rightExports()
  const { requires } = exports
  const profile = { requires: { S4: { credentials: { destination: 'S44' } } } }
  exports.requires = { cds: { requires, '[production]': profile } }
  const { cwd, options } = folder.write('profiles', exports)
  const [without, production] = await Promise.all([
    doctor(cwd, options),
    doctor(cwd, [...options, '--profile', 'production'])
  ])
  printed.push(without.text, production.text)
  expect(without.status).toBe(0)
  expect(production.rows.find(({ state }) => state === 'mend')).toMatchObject({ sent: '"S44"' })
})

test('the help has an example for each place', async () => {
  const { status, text } = await run(folder.root, ['--help'], {}, '')
  expect(status).toBe(0)
  for (const part of [/--as alice/, /cds bind --exec/, /cf ssh/, /run-task/, /--vcap env\.json/]) {
    expect(text).toMatch(part)
  }
})

test.each(['--vcap', '--mta', '--xs-security', '--xs-app'])(
  'a file of %s that can not be read is named, and the exit code is 1',
  async (option) => {
    const { status, text } = await run(folder.root, [option, 'none.json'], {}, '')
    expect({ status, text }).toEqual({
      status: 1,
      text: `cds-principal: ${option} none.json: there is no such file\n`
    })
  }
)

test('as text, the last line says how much there is to mend, and what first', async () => {
  const exports = rightExports()
  delete exports.vcap['connectivity']
  const { cwd, options } = folder.write('text', exports)
  const { status, text } = await run(cwd, options, {}, '')
  printed.push(text)
  expect(status).toBe(1)
  expect(text).toMatch(
    /^✗ bindings +connectivity: .+\(sent no binding ≠ expected a binding of "connectivity"\).*\n +→ Bind/m
  )
  expect(text.trimEnd().split('\n').at(-1)).toMatch(
    /^\d to mend, first: bindings, connectivity\. \d+ could not be seen\.$/
  )
})

test('no output has a secret of the files', () => {
  expect(printed.length).toBeGreaterThan(mistakes.length)
  const all = printed.join('\n')
  expect(SECRETS.filter((secret) => all.includes(secret))).toEqual([])
  expect(all).not.toMatch(/PRIVATE KEY/)
})
