import cds from '@sap/cds'

import { installRestrictions } from '../../../src/restrictions/install.js'

const warnings: string[] = []
const log = cds.log('principal') as unknown as { warn: (text: string) => void }
log.warn = (text) => warnings.push(text)
installRestrictions()

const model = (where: string, name = 'S') =>
  cds.compile(`service ${name} {
    @restrict: [{ grant: 'READ', to: 'R', where: (${where}) }]
    entity Books { key ID : Integer; country : String; }
  }`) as never

function compile(csn: never): string {
  const { definitions } = cds.compile.for.nodejs(csn) as unknown as {
    definitions: Record<string, object>
  }
  const restrictions = Object.values(definitions).map((each) => Reflect.get(each, '@restrict'))
  return JSON.stringify(restrictions.map((each: object[] = []) => [...each]))
}

const { NODE_ENV } = process.env
afterEach(() => {
  process.env.NODE_ENV = NODE_ENV
  delete (cds as { app?: unknown }).app
  warnings.length = 0
})

describe('every runtime model', () => {
  test('is rewritten, that of a tenant with an extension as well', () => {
    expect(compile(model('country = $user.country'))).toContain('country|String|list')
    const extended = cds.compile(`service T {
      @restrict: [{ grant: 'READ', where: 'z_region = $user.region' }]
      entity Books { key ID : Integer; z_region : String; }
    }`) as never
    expect(compile(extended)).toContain('region|String|list')
  })

  test('is rewritten once, by a function that others may replace as well', () => {
    const { for: targets } = cds.compile as unknown as { for: object }
    const before = Object.getOwnPropertyDescriptor(targets, 'nodejs')
    installRestrictions()
    expect(Object.getOwnPropertyDescriptor(targets, 'nodejs')).toEqual(before)
    expect(before).toMatchObject({ writable: true, configurable: true })
  })

  test('what tools make of the model is the same as without', () => {
    const csn = model('country = $user.country')
    const { definitions } = csn as { definitions: object }
    const before = [JSON.stringify(definitions), cds.compile.to.edmx(csn)]
    compile(csn)
    expect([JSON.stringify(definitions), cds.compile.to.edmx(csn)]).toEqual(before)
    expect(cds.compile.to.edmx(cds.compile.for.nodejs(csn) as never)).toEqual(before[1])
  })
})

describe('a condition that can not be made safe', () => {
  const unsafe = (name: string) => model('$user.x like country', name)

  test('stops the start in production, with a message that says where and what instead', () => {
    process.env.NODE_ENV = 'production'
    expect(() => compile(unsafe('P'))).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          /@restrict of P\.Books .*\$user\.x like country.*the element first/s
        )
      })
    )
  })

  test('stops it with all of them in one message', () => {
    process.env.NODE_ENV = 'production'
    const names = ['Q', 'R', 'T']
    const where = '$user.x like country'
    const csn = cds.compile(
      `service Q { ${names
        .map(
          (name) => `@restrict: [{ grant: 'READ', to: 'R', where: (${where}) }]
        entity ${name} { key ID : Integer; country : String; }`
        )
        .join('\n')} }`
    ) as never
    expect(() => compile(csn)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /@restrict of Q\.Q .* The same goes for: @restrict of Q\.R .*\. @restrict of Q\.T /s
        )
      })
    )
    const one = model(where, 'U')
    expect(() => compile(one)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/as the pattern\.$/) })
    )
  })

  test('is warned about once in development, and lets nobody pass', () => {
    expect(compile(unsafe('D'))).toContain('"=",{"val":"2"}')
    expect(warnings).toEqual([
      expect.stringMatching(/^@restrict of D\.Books .* Until then it lets nobody pass\.$/s)
    ])
    compile(unsafe('D'))
    expect(warnings).toHaveLength(1)
  })

  test('of an extension, at run time, does not stop others', () => {
    process.env.NODE_ENV = 'production'
    ;(cds as { app?: unknown }).app = { server: {} }
    expect(compile(unsafe('E'))).toContain('"=",{"val":"2"}')
    expect(warnings).toHaveLength(1)
  })
})
