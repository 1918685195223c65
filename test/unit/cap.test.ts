import cds from '@sap/cds'

import { checkMembers, checkPrepared, UNDOCUMENTED_MEMBERS } from '../../src/cap.js'
import { muteConsole } from '../support/console.js'

muteConsole('info')

const VALUES = { array: [], boolean: true, function: () => undefined, object: {}, string: '' }

/** What the package needs of CAP, with one member that is something else. */
function facade(changed?: string, value?: unknown): object {
  const made: Record<string, unknown> = { version: '99.0.0' }
  for (const [path, shape] of Object.entries(UNDOCUMENTED_MEMBERS)) {
    const names = path.split('.')
    const last = names.pop()!
    const parent = names.reduce<Record<string, unknown>>((object, name) => {
      return (object[name] ??= {}) as Record<string, unknown>
    }, made)
    parent[last] = path === changed ? value : VALUES[shape]
  }
  return made
}

test('CAP as it is installed has the members', () => {
  // CAP's middlewares load the strategy, and nothing is bound here
  const { requires } = cds.env as unknown as { requires: Record<string, Record<string, object>> }
  requires.auth = requires.kinds!['dummy-auth'] as never
  expect(() => {
    checkMembers()
  }).not.toThrow()
  expect(() => {
    checkMembers(facade())
  }).not.toThrow()
})

describe.each(Object.entries(UNDOCUMENTED_MEMBERS))('cds.%s', (path, expected) => {
  test.each([
    ['nothing', undefined],
    ['nothing', null],
    ['number', 1]
  ])('that is %s stops the start', (found, value) => {
    expect(() => {
      checkMembers(facade(path, value))
    }).toThrow(
      expect.objectContaining({
        code: 'ERR_CONFIGURATION',
        message: expect.stringMatching(
          new RegExp(`^@sap/cds 99\\.0\\.0 .*cds\\.${path}: expected ${expected}, found ${found}`)
        )
      })
    )
  })
})

describe('a service', () => {
  class Prepared extends cds.ApplicationService {
    static generics = new Set(['handle_user_conditions'])
  }

  test('that CAP prepares may be served', () => {
    expect(() => {
      checkPrepared(Object.create(Prepared.prototype) as object)
    }).not.toThrow()
  })

  test.each([
    ['a set without it', new Set(['handle_paging'])],
    ['nothing', undefined],
    ['array', ['handle_user_conditions']]
  ])('of a class whose generics are %s stops the start', (found, generics) => {
    class Changed {
      static generics = generics
    }
    expect(() => {
      checkPrepared(new Changed())
    }).toThrow(`"handle_user_conditions", found ${found}`)
  })
})
