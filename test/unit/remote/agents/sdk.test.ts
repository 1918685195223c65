import Module from 'node:module'
import { join } from 'node:path'

import cds from '@sap/cds'

import { a2aSdk, applicationInfo, mcpSdk } from '../../../../src/remote/agents/sdk.js'

/** Packages of the application, and of this package: what they export, or the error of loading them. */
let application: Record<string, object>
let own: Record<string, object>

const withCode = (code: string) => Object.assign(new Error(code), { code })

beforeEach(() => {
  application = own = {}
  jest.spyOn(Module, 'createRequire').mockImplementation(((from: string) => (name: string) => {
    const packages = from === join(cds.root, 'package.json') ? application : own
    const found = Object.hasOwn(packages, name) ? packages[name] : withCode('MODULE_NOT_FOUND')
    if (found instanceof Error) throw found
    return found
  }) as unknown as typeof Module.createRequire)
})
afterEach(() => {
  jest.restoreAllMocks()
})

const VERSION_2 = '@modelcontextprotocol/client'
const CLIENT = '@modelcontextprotocol/sdk/client/index.js'
const TRANSPORT = '@modelcontextprotocol/sdk/client/streamableHttp.js'
const NO_MCP = {
  code: 'ERR_CONFIGURATION',
  message: `cds.requires.flights is of kind "mcp", which needs one more package: npm add ${VERSION_2}`
}

/** Parts of the SDKs, which stand for themselves. */
const part = (name: string) => ({ [name]: class {} })

function errorOf(work: () => unknown): unknown {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('the client of MCP', () => {
  const first = {
    [CLIENT]: part('Client'),
    [TRANSPORT]: part('StreamableHTTPClientTransport')
  }

  test('is version 2, also where version 1 is installed as well', () => {
    const current = { ...part('Client'), ...part('StreamableHTTPClientTransport') }
    application = { ...first, [VERSION_2]: current }
    expect(mcpSdk('flights')).toEqual({ ...current, takesSchema: false })
  })

  test('is version 1, of two files, where there is no other', () => {
    application = first
    expect(mcpSdk('flights')).toEqual({
      ...first[CLIENT],
      ...first[TRANSPORT],
      takesSchema: true
    })
  })

  test.each([
    ['nothing is installed', {}],
    ['the transport of version 1 is missing', { [CLIENT]: first[CLIENT] }],
    ['the client of version 1 is missing', { [TRANSPORT]: first[TRANSPORT] }]
  ])('is missing: %s', (_, packages) => {
    application = packages
    expect(errorOf(() => mcpSdk('flights'))).toMatchObject(NO_MCP)
  })
})

describe('the client of A2A', () => {
  const [FORMS, HTTP, OLD] = ['@a2a-js/sdk', '@a2a-js/sdk/client', '@a2a-js/sdk/compat/v0_3/client']
  const installed = { [FORMS]: part('Task'), [HTTP]: part('ClientFactory'), [OLD]: {} }

  test('is that of version 1, with the forms of its messages', () => {
    application = installed
    expect(a2aSdk('hotel')).toEqual({ ...installed[HTTP], forms: installed[FORMS] })
  })

  test.each([FORMS, HTTP, OLD])('is missing, or too old, without %s', (name) => {
    const { [name]: _, ...others } = installed
    application = others
    expect(errorOf(() => a2aSdk('hotel'))).toMatchObject({
      code: 'ERR_CONFIGURATION',
      message:
        'cds.requires.hotel is of kind "a2a", which needs one more package: npm add @a2a-js/sdk@1'
    })
  })
})

describe('a package', () => {
  const current = part('Client')

  test("is the application's, before this package's", () => {
    application = { [VERSION_2]: current }
    own = { [VERSION_2]: part('Client') }
    expect(mcpSdk('flights').Client).toBe(current.Client)
  })

  test.each(['MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])(
    'is looked for here as well after %s',
    (code) => {
      application = { [VERSION_2]: withCode(code) }
      own = { [VERSION_2]: current }
      expect(mcpSdk('flights').Client).toBe(current.Client)
    }
  )

  test('that fails as it is loaded stops the start with its own error', () => {
    const broken = withCode('ERR_BROKEN')
    application = { [VERSION_2]: broken }
    own = { [VERSION_2]: current }
    expect(errorOf(() => mcpSdk('flights'))).toBe(broken)
  })
})

test.each([
  [
    { name: 'shop', version: '2.1.0' },
    { name: 'shop', version: '2.1.0' }
  ],
  [{}, { name: 'cds-principal', version: '0.0.0' }],
  [undefined, { name: 'cds-principal', version: '0.0.0' }]
])('an application with %j calls itself %j', (description, expected) => {
  application = description ? { './package.json': description } : {}
  expect(applicationInfo()).toEqual(expected)
})
