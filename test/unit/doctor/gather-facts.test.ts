import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { gatherFacts } from '../../../src/doctor/facts.js'
import { bindingFindings } from '../../../src/doctor/hops/bindings.js'

const NAMES = [
  ...['NODE_ENV', 'CDS_ENV', 'VCAP_SERVICES', 'VCAP_SERVICES_FILE_PATH', 'SERVICE_BINDING_ROOT'],
  ...['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST']
]
const before = NAMES.map((name) => [name, process.env[name]] as const)
const requires = { auth: { kind: 'principal', impl: 'cds-principal/auth', emulator: false } }

let project: string
let file: string
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'cds-principal-facts-'))
  file = join(project, 'package.json')
  writeFileSync(file, JSON.stringify({ name: 'shop', cds: { requires } }))
})
beforeEach(() => {
  for (const name of NAMES) Reflect.deleteProperty(process.env, name)
})
afterAll(() => {
  for (const [name, value] of before) if (value !== undefined) process.env[name] = value
  rmSync(project, { recursive: true, force: true })
})

describe.each(['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST'])(
  'where a platform runs the application, by %s',
  (name) => {
    beforeEach(() => {
      process.env[name] = '10.0.0.1'
    })

    test('what is not bound is missing', async () => {
      const facts = await gatherFacts({ project })
      expect(facts.bindings).toEqual([])
      expect(bindingFindings(facts)).toMatchObject([
        {
          subject: 'xsuaa',
          state: 'mend',
          fix: expect.stringMatching(
            `on Kyma a ServiceInstance.* because ${name} is set: set NODE_ENV=development`
          )
        }
      ])
    })

    test('it is unknown in development, as in an IDE, and for files of somebody else', async () => {
      process.env['NODE_ENV'] = 'development'
      expect((await gatherFacts({ project })).bindings).toBeUndefined()
      process.env['NODE_ENV'] = 'production'
      expect((await gatherFacts({ project, xsSecurity: file })).bindings).toBeUndefined()
    })
  }
)

test('elsewhere it is unknown, also with the profile of production', async () => {
  process.env['NODE_ENV'] = 'production'
  expect((await gatherFacts({ project })).bindings).toBeUndefined()
})

test('the next step without bindings: no landscape counts in production', async () => {
  expect(bindingFindings(await gatherFacts({ project }))[0]?.fix).toMatch(/^Start "cds watch", or/)
  const [finding] = bindingFindings(await gatherFacts({ project, profile: 'production' }))
  expect(finding).toMatchObject({ state: 'unknown', cause: 'no service is bound here' })
  expect(finding?.fix).toMatch(/^Bind services \(cds bind --exec -- .* --profile production\), or/)
})
