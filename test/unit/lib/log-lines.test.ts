import cds from '@sap/cds'

import {
  isDebug,
  logCall,
  logDebug,
  loggedFailure,
  logInfo,
  logPending,
  logWarning,
  maskTokenHeaders,
  quietLibraries
} from '../../../src/lib/log.js'

describe('lines for developers', () => {
  const entries: [level: string, ...args: unknown[]][] = []
  const logger = cds.log('principal')
  for (const level of ['debug', 'info', 'warn'] as const)
    logger[level] = (...args: unknown[]) => entries.push([level, ...args])
  beforeEach(() => entries.splice(0))

  test('have the level that the function names', () => {
    logDebug('a')
    logInfo('b')
    logWarning('c')
    expect(entries).toEqual([
      ['debug', 'a'],
      ['info', 'b'],
      ['warn', 'c']
    ])
  })

  test('a call is one line of JSON, with DEBUG=principal only', () => {
    expect(isDebug()).toBe(false)
    logCall({ service: 'S' })
    expect(entries).toEqual([])
    Object.defineProperty(logger, '_debug', { value: true, configurable: true })
    logCall({ service: 'S' })
    expect(entries).toEqual([['debug', 'principal.call {"service":"S"}']])
    expect(isDebug()).toBe(true)
  })

  test('a response without failures has nothing to log', () => {
    expect(logPending({})).toBe(false)
    expect(loggedFailure({})).toBeUndefined()
    expect(entries).toEqual([])
  })
})

test('headers with tokens or names of users are added to those that CAP masks', () => {
  const settings = cds.env.log as unknown as { mask_headers: string[] }
  const { length } = settings.mask_headers
  maskTokenHeaders()
  expect(settings.mask_headers.slice(length)).toEqual(
    expect.arrayContaining(['/auth/i', '/token/i', '/user$/i'])
  )
})

test('DEBUG=* leaves out the libraries that log secrets, and no DEBUG stays none', () => {
  const { DEBUG } = process.env
  try {
    delete process.env['DEBUG']
    quietLibraries()
    expect(process.env['DEBUG']).toBeUndefined()
    process.env['DEBUG'] = '*'
    quietLibraries()
    expect(process.env['DEBUG']).toBe('*,-xssec,-xsenv,-follow-redirects')
  } finally {
    if (DEBUG === undefined) delete process.env['DEBUG']
    else process.env['DEBUG'] = DEBUG
  }
})
