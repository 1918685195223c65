import { inspect } from 'node:util'

import cds from '@sap/cds'

import { ConfigurationError, PropagationError, TokenError } from '../../../src/errors.js'
import { logFailure, noteExplained } from '../../../src/lib/log.js'
import { quietExplainedErrors } from '../../../src/configuration/quiet-cap.js'

/** Entries of a logger, by level. */
function listen(id: string) {
  const entries: [level: string, ...args: unknown[]][] = []
  const logger = cds.log(id)
  for (const level of ['debug', 'warn', 'error'] as const) {
    logger[level] = (...args: unknown[]) => entries.push([level, ...args])
  }
  return entries
}

const FACTS = { sent: 'sb-other!t1', expected: 'sb-app!t1', fix: 'Get it elsewhere.' }

const inRequest = (id: string, work: () => void) => {
  cds.context = { id } as never
  work()
}

describe('the entry for a failure', () => {
  const entries = listen('principal')
  beforeEach(() => entries.splice(0))

  test('is one line on a console: code, hop, cause, what was sent, fix, command', () => {
    inRequest('id-1', () => {
      logFailure(new TokenError('ERR_TOKEN_AUDIENCE', 'it is for another application', FACTS), {
        issuer: 'xsuaa'
      })
    })
    const [[level, entry] = []] = entries
    expect(level).toBe('warn')
    expect(inspect(entry)).toBe(
      'ERR_TOKEN_AUDIENCE · incoming token · it is for another application (sent sb-other!t1 ≠ expected sb-app!t1) · ' +
        'Get it elsewhere · → npx cds-principal explain ERR_TOKEN_AUDIENCE (issuer xsuaa, correlation id id-1)'
    )
  })

  test('has its facts as fields in a JSON log', () => {
    const error = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'nobody is there', {
      ...{ service: 'S', destination: 'D', principal: 'anonymous' }
    })
    inRequest('id-2', () => {
      logFailure(error)
    })
    const { formatters } = cds.log as unknown as {
      formatters: { json: (...args: unknown[]) => string[] }
    }
    const [text = ''] = Reflect.apply(formatters.json, {}, ['principal', 2, entries[0]?.[1]])
    expect(JSON.parse(text)).toMatchObject({
      ...{ code: 'ERR_USER_TOKEN_REQUIRED', status: 403, hop: 'before the call' },
      ...{ service: 'S', destination: 'D', principal: 'anonymous', correlation_id: 'id-2' },
      cause: 'nobody is there'
    })
  })

  test('is written once for each request, also of errors that several requests wait for', () => {
    const error = new TokenError('ERR_ISSUER_UNAVAILABLE', 'no answer')
    for (const id of ['id-3', 'id-3', 'id-4']) {
      inRequest(id, () => {
        logFailure(error)
      })
    }
    expect(entries.map(([level]) => level)).toEqual(['error', 'error'])
  })
})

test("CAP's entries about explained errors are for debugging, all others stay", () => {
  const entries = listen('remote')
  quietExplainedErrors()
  const explained = new Error('of a call')
  noteExplained(explained)
  const { warn } = cds.log('remote')
  warn('502', '-', Object.assign(new Error('wrapped'), { reason: explained }))
  warn(new Error('wrapped', { cause: explained }))
  warn('something else', new Error('another'))
  expect(entries.map(([level]) => level)).toEqual(['debug', 'debug', 'warn'])
})

test("entries of CAP's queue stay, with the code in place of an explained error", () => {
  const entries = listen('queue')
  quietExplainedErrors()
  const error = new PropagationError('ERR_USER_TOKEN_REQUIRED', 'nobody is there')
  const failure = new Error('of a call')
  for (const each of [error, failure]) noteExplained(each)
  const { error: write } = cds.log('queue')
  write('S: Unrecoverable error:', error)
  write('Emit failed', { event: 'e', cause: new Error('wrapped', { cause: error }) })
  write('Emit failed', { event: 'e', cause: failure })
  write('S: Emit failed:', 'in words')
  expect(entries.map(([, ...args]) => args)).toEqual([
    ['S: Unrecoverable error:', 'ERR_USER_TOKEN_REQUIRED'],
    ['Emit failed', 'ERR_USER_TOKEN_REQUIRED'],
    ['Emit failed', 'a failure that has an entry of its own'],
    ['S: Emit failed:', 'in words']
  ])
})

test('what Node prints of a configuration error is one line, with DEBUG also where it was thrown', () => {
  const make = () => new ConfigurationError('"onBehalfof" is not known', { fix: 'Correct it.' })
  expect(make().stack).toBe(
    'ERR_CONFIGURATION · configuration · "onBehalfof" is not known · Correct it · → npx cds-principal explain ERR_CONFIGURATION'
  )
  process.env['DEBUG'] = 'principal'
  expect(make().stack).toMatch(/^\w*Error: "onBehalfof" is not known. Correct it.\n +at /)
  delete process.env['DEBUG']
})

test('the message of an error has cause, comparison and fix', () => {
  const { message, explanation } = new TokenError('ERR_TOKEN_AUDIENCE', 'wrong', FACTS)
  expect(message).toBe('wrong (sent sb-other!t1 ≠ expected sb-app!t1). Get it elsewhere.')
  expect(explanation).toEqual({ hop: 'incoming token', cause: 'wrong', ...FACTS })
})
