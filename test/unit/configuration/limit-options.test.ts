import { configureLimits } from '../../../src/configuration/limit-options.js'
import { limits } from '../../../src/lib/limits/limits.js'

const DEFAULTS = { sockets: 2_000, waitingCalls: 10_000, platformRequests: 100 }

afterEach(() => {
  configureLimits({})
})

test('without options there are defaults, and options replace them one by one', () => {
  configureLimits(undefined)
  expect(limits).toEqual(DEFAULTS)
  configureLimits({ sockets: 20, '[production]': { sockets: 1 } })
  expect(limits).toMatchObject({ ...DEFAULTS, sockets: 20 })
})

test.each([
  [{ socket: 1 }, 'cds.requires.auth.limits.socket is not known: did you mean "sockets"?'],
  [{ memory: 1 }, 'cds.requires.auth.limits.memory is not known: there are sockets, '],
  [{ sockets: 0 }, 'cds.requires.auth.limits.sockets is 0: use a number from 1'],
  [{ sockets: '10' }, 'cds.requires.auth.limits.sockets is "10"'],
  [{ waitingCalls: 1.5 }, 'cds.requires.auth.limits.waitingCalls is 1.5'],
  [true, 'cds.requires.auth.limits: use an object'],
  [null, 'cds.requires.auth.limits: use an object']
])('%j stops the start', (option, message) => {
  expect(() => {
    configureLimits(option)
  }).toThrow(expect.objectContaining({ message: expect.stringContaining(message) as string }))
  expect(limits).toEqual(DEFAULTS)
})
