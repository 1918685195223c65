import { restartSettings } from '../../../../src/fleet/drain/options.js'

const DEFAULTS = {
  drainDelay: 5_000,
  shutdownTimeout: 25_000,
  warmUpTimeout: 10_000,
  readyPath: '/health/ready',
  livePath: '/health/live'
}

test.each([
  [undefined, true, DEFAULTS],
  [undefined, false, undefined],
  [false, true, undefined],
  [true, false, DEFAULTS],
  [{ drainDelay: 0, readyPath: false }, false, { ...DEFAULTS, drainDelay: 0, readyPath: false }]
])('option %j, in production %s', (option, isProduction, expected) => {
  expect(restartSettings(option, isProduction)).toEqual(expected)
})

test.each([
  [
    { drainDely: 1 },
    'cds.requires.auth.restart.drainDely is not known: did you mean "drainDelay"?'
  ],
  [{ grace: 1 }, 'cds.requires.auth.restart.grace is not known: there are drainDelay, '],
  [
    { drainDelay: '5s' },
    'cds.requires.auth.restart.drainDelay is "5s": use a number of milliseconds'
  ],
  [{ shutdownTimeout: -1 }, 'cds.requires.auth.restart.shutdownTimeout is -1'],
  [{ warmUpTimeout: 2 ** 31 }, 'cds.requires.auth.restart.warmUpTimeout is 2147483648'],
  [{ shutdownTimeout: 5_000 }, 'cds.requires.auth.restart.drainDelay (5000) has to be less than'],
  [{ readyPath: 'health' }, 'cds.requires.auth.restart.readyPath is "health": use a path'],
  [{ livePath: true }, 'cds.requires.auth.restart.livePath is true: use a path'],
  ['yes', 'cds.requires.auth.restart: use true, false, or an object']
])('%j stops the start', (option, message) => {
  expect(() => restartSettings(option, true)).toThrow(
    expect.objectContaining({ message: expect.stringContaining(message) as string })
  )
})
