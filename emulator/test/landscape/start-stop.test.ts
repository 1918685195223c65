import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmulator, type EmulatorOptions } from '../../src/index.js'
import { credentials, send, viaProxy } from '../support/http.js'
import { options, VIRTUAL_HOST, withBackend } from '../support/maintenance.js'

let folder: string
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'emulator-'))))
afterAll(() => rmSync(folder, { recursive: true }))

describe('guards', () => {
  const env = { ...process.env }
  afterEach(() => {
    process.env = { ...env }
  })

  it('NODE_ENV=production', async () => {
    process.env['NODE_ENV'] = 'production'
    await expect(startEmulator(options)).rejects.toMatchObject({
      name: 'EmulatorError',
      code: 'ERR_EMULATOR_IN_PRODUCTION'
    })
  })

  it.each([
    '{"xsuaa":[{"credentials":{"url":"https://x.authentication.sap.hana.ondemand.com"}}]}',
    '{"xsuaa":[{"tags":["cds-principal-emulator"],"credentials":{"url":"https://x.ondemand.com"}}]}',
    '{"hana":[{"tags":[],"credentials":{}}]}',
    'not JSON',
    '7'
  ])('VCAP_SERVICES=%s', async (services) => {
    process.env['VCAP_SERVICES'] = services
    await expect(startEmulator(options)).rejects.toMatchObject({
      code: 'ERR_EMULATOR_FOREIGN_BINDINGS'
    })
  })

  it('the text names the services, and the way to real users', async () => {
    const own = { tags: ['cds-principal-emulator'], credentials: { url: 'http://localhost:1' } }
    const services = { xsuaa: [own], hana: [{ tags: [] }], redis: [own, { credentials: {} }] }
    process.env['VCAP_SERVICES'] = JSON.stringify(services)
    await expect(startEmulator(options)).rejects.toThrow(
      /real service bindings \(hana, redis\): bind .*cds bind auth .*, or unset VCAP_SERVICES$/
    )
  })

  it('VCAP_SERVICES_FILE_PATH', async () => {
    const file = join(folder, 'vcap.json')
    writeFileSync(file, '{"xsuaa":[{"credentials":{}}]}')
    process.env['VCAP_SERVICES_FILE_PATH'] = file
    await expect(startEmulator(options)).rejects.toThrow(/unset VCAP_SERVICES_FILE_PATH/)
  })

  it('SERVICE_BINDING_ROOT', async () => {
    const root = join(folder, 'bindings')
    mkdirSync(join(root, 'xsuaa'), { recursive: true })
    process.env['SERVICE_BINDING_ROOT'] = root
    await expect(startEmulator(options)).rejects.toThrow(/unset SERVICE_BINDING_ROOT/)
  })

  it('no refusal for bindings of an emulator, nor for none', async () => {
    process.env['VCAP_SERVICES'] = '{}'
    const first = await startEmulator(options)
    process.env['VCAP_SERVICES'] = JSON.stringify(first.vcapServices())
    const second = await startEmulator(options)
    await Promise.all([first.stop(), second.stop()])
  })
})

describe('several at once', () => {
  it('share no key, no secret and no user id', async () => {
    const [a, b] = await Promise.all([startEmulator(options), startEmulator(options)])
    try {
      expect(a.ca).not.toBe(b.ca)
      expect(credentials(a)).not.toEqual(credentials(b))
      expect(a.vcapServices()).toEqual(a.vcapServices())
      await expect(send(`${a.url}/token_keys`, { ca: b.ca })).rejects.toThrow(/certificate/)
      expect((await send(`${a.url}/token_keys`, { ca: a.ca })).status).toBe(200)
    } finally {
      await Promise.all([a.stop(), b.stop()])
    }
  })

  it('listen on 127.0.0.1 only', async () => {
    const emulator = await startEmulator(options)
    const port = Number(new URL(emulator.url).port)
    const tables = ['tcp', 'tcp6'].map((name) => readFileSync(`/proc/net/${name}`, 'utf8'))
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
    const listening = tables
      .flatMap((table) => table.split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(suffix) && state === '0A')
    expect(listening.map(([, local]) => local)).toEqual([`0100007F${suffix}`])
    await emulator.stop()
  })

  it('show users for a banner', async () => {
    const emulator = await startEmulator(options)
    expect(emulator.users[0]).toEqual({
      name: 'alice',
      roles: ['Technician'],
      attr: { plant: ['1010'] }
    })
    await emulator.stop()
  })
})

describe('stop', () => {
  it('closes kept-alive connections and processes, and can be called again', async () => {
    const emulator = await startEmulator(withBackend)
    const agent = new Agent({ keepAlive: true, ca: emulator.ca })
    await send(`${emulator.url}/token_keys`, { agent })
    const idle = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    const cut = new Promise((resolve) => idle.once('close', resolve).once('error', () => undefined))
    await Promise.all([emulator.stop(), emulator.stop()])
    await emulator.stop()
    await cut
    agent.destroy()
    await expect(send(`${emulator.url}/token_keys`, { ca: emulator.ca })).rejects.toMatchObject({
      code: 'ECONNREFUSED'
    })
    await expect(emulator.system(VIRTUAL_HOST).audit()).rejects.toMatchObject({
      code: 'ERR_EMULATOR_BACKEND'
    })
  })
})

describe('backends', () => {
  const withModule = (code: string): EmulatorOptions => {
    writeFileSync(join(folder, 'backend.js'), code)
    return { ...options, root: folder, onPremise: { [VIRTUAL_HOST]: { backend: 'backend.js' } } }
  }

  it.each([
    ['process.exit(3)', 'the process ended (exit code 3)'],
    [
      'process.on("message", () => process.send({ type: "failed", message: "no port" }))',
      'no port'
    ],
    [
      'process.on("message", () => process.send({ type: "listening", url: "http://localhost:1" }))',
      'must listen on an https URL'
    ]
  ])('%s', async (code, message) => {
    await expect(startEmulator(withModule(code))).rejects.toMatchObject({
      code: 'ERR_EMULATOR_BACKEND',
      message: expect.stringContaining(message)
    })
  })

  it('that do not exist', async () => {
    const onPremise = { [VIRTUAL_HOST]: { backend: 'missing.ts' } }
    await expect(startEmulator({ ...options, onPremise })).rejects.toThrow(
      /^backend of s4.internal:44300: module missing.ts does not exist$/
    )
  })

  it('get no bindings, and the configured environment', async () => {
    process.env['VCAP_SERVICES'] = '{}'
    const code = `process.on('message', () => process.send({ type: 'failed', message:
      JSON.stringify([process.env.VCAP_SERVICES ?? null, process.env.COLOUR]) }))`
    const { onPremise, ...rest } = withModule(code)
    const system = { ...onPremise?.[VIRTUAL_HOST], backend: 'backend.js', env: { COLOUR: 'red' } }
    const start = startEmulator({ ...rest, onPremise: { [VIRTUAL_HOST]: system } })
    await expect(start).rejects.toThrow('[null,"red"]')
    delete process.env['VCAP_SERVICES']
  })

  it('that have ended answer 502', async () => {
    const dying = `process.on('message', () => {
      process.send({ type: 'listening', url: 'https://localhost:1' }, () => process.exit()) })`
    const emulator = await startEmulator(withModule(dying))
    const { status, text } = await viaProxy(emulator, `http://${VIRTUAL_HOST}/x`, { user: 'alice' })
    expect(status).toBe(502)
    expect(text).toBe(`Unable to open a connection to backend system ${VIRTUAL_HOST}`)
    await emulator.stop()
  })

  it('that run elsewhere, and are not there, answer 502', async () => {
    const onPremise = { [VIRTUAL_HOST]: { backend: 'https://localhost:1' } }
    const emulator = await startEmulator({ ...options, onPremise })
    expect((await viaProxy(emulator, `http://${VIRTUAL_HOST}/x`)).status).toBe(502)
    await emulator.stop()
  })

  it.each([
    [{ s4: { backend: 'https://localhost:1' } }, 'must be a virtual host with a port'],
    [{ [VIRTUAL_HOST]: { backend: 'http://localhost:1' } }, 'must be an https URL or a module'],
    [
      { [VIRTUAL_HOST]: { backend: 'https://localhost:1', resources: [{ path: 'sap' }] } },
      'resources[0].path must start with "/"'
    ]
  ])('%j is refused', async (onPremise, message) => {
    await expect(startEmulator({ ...options, onPremise: onPremise })).rejects.toMatchObject({
      code: 'ERR_EMULATOR_OPTIONS',
      message: expect.stringContaining(message)
    })
  })
})

describe('without a project', () => {
  it('users and a security descriptor are enough', async () => {
    const { users, xsSecurity } = options
    const emulator = await startEmulator({ users, xsSecurity })
    try {
      expect(await emulator.issueToken({ user: 'alice' })).toMatch(/^ey/)
    } finally {
      await emulator.stop()
    }
  })

  it('a landscape file: its paths are relative to it, and options in the call come first', async () => {
    writeFileSync(join(folder, 'security.json'), '{ "xsappname": "of-the-file" }')
    const file = join(folder, 'landscape.json')
    writeFileSync(file, '{ "users": { "dora": true }, "xsSecurity": "security.json" }')
    const emulator = await startEmulator({ file })
    const other = await startEmulator({ file, users: { erik: true } })
    try {
      expect(emulator.users.map(({ name }) => name)).toEqual(['dora'])
      expect(other.users.map(({ name }) => name)).toEqual(['erik'])
      expect(credentials(emulator)).toMatchObject({ xsappname: 'of-the-file!t1' })
    } finally {
      await Promise.all([emulator.stop(), other.stop()])
    }
  })

  it('a file of a security descriptor that is not there is named', async () => {
    const missing = { ...options, root: folder, xsSecurity: 'none.json' }
    await expect(startEmulator(missing)).rejects.toThrow('xsSecurity: there is no file none.json')
  })
})
