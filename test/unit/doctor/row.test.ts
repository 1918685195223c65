import { ConfigurationError, DestinationError } from '../../../src/errors.js'
import { brokenBy, type Row, summaryOf, textOf } from '../../../src/doctor/row.js'

const row = (own: Partial<Row>): Row => ({
  hop: 'bindings',
  subject: 'xsuaa',
  state: 'ok',
  cause: 'complete',
  ...own
})

test('a row is one line, and one more with the fix', () => {
  expect(textOf(row({}))).toBe('✓ bindings      xsuaa: complete')
  expect(textOf(row({ services: ['A', 'B'] }))).toBe('✓ bindings      xsuaa (for A, B): complete')
  const details = { sent: 'a', expected: 'b', fix: 'Do it.', code: 'ERR_CONFIGURATION' } as const
  expect(textOf(row({ state: 'mend', ...details }))).toBe(
    '✗ bindings      xsuaa: complete (sent a ≠ expected b) [ERR_CONFIGURATION]\n                → Do it.'
  )
})

test('names from files can not steer the terminal', () => {
  const steering = row({ state: 'mend', subject: 'S4\u001b[2J\u009b1m\n', fix: 'Do\rit.' })
  expect(textOf(steering)).toContain('S4?[2J?1m?: complete\n')
  expect(textOf(steering)).toContain('→ Do?it.')
  expect(summaryOf([steering])).not.toMatch(/\p{Cc}/u)
})

test('the summary names the first row to mend, and counts what was not seen', () => {
  expect(summaryOf([row({})])).toBe('Nothing to mend.')
  const doubt = [row({ state: 'warning' }), row({ state: 'unknown' })]
  expect(summaryOf(doubt)).toBe(
    'Nothing to mend. 1 to watch, first: bindings, xsuaa. 1 could not be seen.'
  )
  const rows = [
    row({ state: 'unknown' }),
    row({ state: 'mend', subject: 'first' }),
    row({ state: 'mend' })
  ]
  expect(summaryOf(rows)).toBe('2 to mend, first: bindings, first. 1 could not be seen.')
})

describe('the finding for an error', () => {
  test('has cause, comparison and fix of its explanation', () => {
    const facts = { sent: 'http', expected: 'https', fix: 'Nothing was sent. Change its URL.' }
    const error = new DestinationError('ERR_DESTINATION_UNAVAILABLE', 'it is open', facts)
    expect(brokenBy('S4', error, 'Look.')).toEqual({
      subject: 'S4',
      state: 'mend',
      cause: 'it is open',
      sent: 'http',
      expected: 'https',
      fix: 'Change its URL.',
      code: 'ERR_DESTINATION_UNAVAILABLE'
    })
  })

  test.each([
    ['x is "a": use one of b, c', 'x is "a"', 'Use one of b, c'],
    ['it is lost. Nothing was sent. Set it to b.', 'it is lost', 'Set it to b.'],
    [
      'it has no effect. Either set a, or remove b.',
      'it has no effect',
      'Either set a, or remove b.'
    ],
    ['something else', 'something else', 'Look.']
  ])('without an explanation, the text is taken apart: %s', (text, cause, fix) => {
    const finding = brokenBy('S4', new ConfigurationError(text), 'Look.')
    expect(finding).toMatchObject({ cause, fix, code: 'ERR_CONFIGURATION' })
  })

  test('of a library has no token', () => {
    const finding = brokenBy(
      'S4',
      new Error('Bearer eyJhbGciOi.eyJzdWIi.c2ln was refused'),
      'Look.'
    )
    expect(finding.cause).not.toContain('eyJ')
  })
})
