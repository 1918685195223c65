import fs from 'node:fs'
import path from 'node:path'
import { installApp, type InstalledApp } from './installed-app.js'
import { serve, type ServedApp } from './served-app.js'

interface Configuration {
  plugins: string[]
  auth: object
  remote: object
  modules: string[]
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

  test('its modules can be imported from ES modules', () => {
    const source = `
      import { ERROR_CODES } from 'cds-principal'
      import { startEmulator } from 'cds-principal/emulator'
      console.log(typeof ERROR_CODES, typeof startEmulator)`
    expect(app.node(['--input-type=module', '--eval', source])).toBe('object function\n')
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
