import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { environment, installApp, type InstalledApp } from './installed-app.js'
import { serve, type ServedApp } from './served-app.js'
import { PRINT_LOADED, PRINT_SURFACE } from './surface.js'

interface Configuration {
  plugins: string[]
  auth: object
  remote: object
  modules: string[]
}

interface Surface {
  surface: Record<string, object>
}

const binding = {
  label: 'xsuaa',
  name: 'hello-auth',
  tags: ['xsuaa'],
  credentials: {
    clientid: 'sb-hello!t1',
    clientsecret: 'not-a-secret',
    url: 'https://hello.localhost:9',
    uaadomain: 'localhost:9',
    xsappname: 'hello!t1',
    identityzone: 'hello',
    tenantid: '7f0d5c5e-2a4c-4c0e-9a53-0c8d7c1a3a10'
  }
}
const production = {
  NODE_ENV: 'production',
  VCAP_SERVICES: JSON.stringify({ xsuaa: [binding] })
}

let app: InstalledApp
beforeAll(() => {
  app = installApp()
}, 300_000)
afterAll(() => {
  app?.remove()
})

describe('the package, installed into an empty CAP project', () => {
  test("CAP's loader finds the plugin, and its kinds resolve", () => {
    const output = app.node(['configuration.js'], production)
    const found = JSON.parse(output.split('\n').at(-2)!) as Configuration
    expect(found.plugins).toContain('cds-principal')
    expect(found.auth).toMatchObject({
      kind: 'principal',
      impl: 'cds-principal/auth',
      credentials: { clientid: 'sb-hello!t1' }
    })
    expect(found.auth).not.toHaveProperty('users')
    expect(found.remote).toMatchObject({
      kind: 'odata-v2',
      impl: 'cds-principal/remote-service',
      onBehalfOf: 'namedUser'
    })
    expect(
      found.modules.filter((file) =>
        /@peculiar|httpxy|commander|cds-principal-emulator|\/tsx\//.test(file)
      )
    ).toEqual([])
  })

  test('holds no configuration of its sample', () => {
    const files = fs.readdirSync(path.join(app.folder, 'node_modules/cds-principal'))
    expect(files.filter((file) => /^\.|^(srv|db|test|src)$/.test(file))).toEqual([])
  })

  test('its entry points export what those of the unbundled code export', () => {
    const packed = JSON.parse(app.node(['--eval', PRINT_SURFACE], production)) as Surface
    const cwd = path.resolve(__dirname, '../..')
    const env = { ...environment(), ...production }
    const unbundled = execFileSync(process.execPath, ['--eval', PRINT_SURFACE], { cwd, env })
    expect(packed).toEqual(JSON.parse(String(unbundled)))
    expect(packed).toMatchObject({ isOneAuth: true, isOneError: true })
    expect(Object.keys(packed.surface)).toHaveLength(8)
    expect(packed.surface['.']).toMatchObject({
      principalOf: { function: 'principalOf' },
      TokenError: { class: 'TokenError' }
    })
  })

  test('has one file for each room, without the modules that they consist of', () => {
    const dist = path.join(app.folder, 'node_modules/cds-principal/dist')
    const files = fs.readdirSync(dist, { recursive: true, encoding: 'utf8' })
    const code = files.filter((file) => file.endsWith('.js'))
    const unbundled = code.filter((file) => !/^rooms\W|.\Windex\.js$/.test(file))
    expect(unbundled).toEqual([])
    expect(code.length).toBeLessThan(60)
  })

  test('loads nothing in production that only commands and development need', () => {
    const printed = app.node(['--eval', PRINT_LOADED], production)
    const { loaded } = JSON.parse(printed.split('\n').at(-2)!) as { loaded: string[] }
    const own = loaded.filter((file) => file.includes('/node_modules/cds-principal/'))
    const rooms = own.flatMap((file) => /\/dist\/rooms\/(.*)\.js$/.exec(file)?.[1] ?? [])
    expect(rooms).toEqual(expect.arrayContaining(['token', 'destination', 'remote']))
    const others = /on-demand|doctor|explain|cli|landscape|announce|facet|build-task/
    expect(rooms.filter((room) => others.test(room))).toEqual([])
    const optional = /(@sap-cloud-sdk|xml-crypto|xmldom|commander|cds-principal-emulator).*\.js$/
    expect(loaded.filter((file) => optional.test(file))).toEqual([])
  })

  test('its stack traces name functions', () => {
    const source = "require('cds-principal').onPrincipalCall.call(null, 1)"
    expect(() => app.node(['--eval', source], production)).toThrow(
      /at (Object\.)?onPrincipalCall \(.*cds-principal.dist.rooms.remote\.js:\d+/
    )
  })

  test('its modules can be imported from ES modules', () => {
    const source = `
      import { ERROR_CODES } from 'cds-principal'
      import { startEmulator } from 'cds-principal/emulator'
      console.log(typeof ERROR_CODES, typeof startEmulator)`
    expect(app.node(['--input-type=module', '--eval', source])).toBe('object function\n')
  })

  test('cds-principal/auth has the types of what it exports', () => {
    const call = "export const middleware = () => auth({ kind: 'principal' })\n"
    const sources = {
      'consumer.mts': `import auth from 'cds-principal/auth'\n${call}console.log(typeof auth)\n`,
      'consumer.cts': `import auth = require('cds-principal/auth')\n${call}console.log(typeof auth)\n`
    }
    for (const [name, source] of Object.entries(sources)) {
      fs.writeFileSync(path.join(app.folder, name), source)
    }
    const modules = path.resolve('node_modules')
    const options = ['--strict', '--skipLibCheck', '--module', 'nodenext', '--types', 'node']
    const types = ['--typeRoots', path.join(modules, '@types')]
    const compiler = path.join(modules, '@typescript/native/bin/tsc')
    app.node([compiler, ...options, ...types, ...Object.keys(sources)])
    expect(app.node(['consumer.mjs'])).toBe('function\n')
    expect(app.node(['consumer.cjs'])).toBe('function\n')
  })

  test("it loads inside a consumer's jest", () => {
    const jest = path.resolve('node_modules/jest/bin/jest.js')
    const options = ['--rootDir', app.folder, '--silent', '--testEnvironment', 'node']
    expect(() => app.node([jest, ...options], { CI: 'true' })).not.toThrow()
  })

  test('the command is there', () => {
    const command = path.join(app.folder, 'node_modules/.bin/cds-principal')
    expect(app.node([command, '--help'])).toContain('token')
  })

  test('a request without a token gets 401 and the challenge', async () => {
    let served: ServedApp | undefined
    try {
      served = await serve(app.folder, production)
      const response = await fetch(`${served.url}/odata/v4/hello/hello()`)
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer\b/)
      expect(response.headers.get('www-authenticate')).not.toMatch(/Basic/)
    } finally {
      await served?.stop()
    }
  })
})
