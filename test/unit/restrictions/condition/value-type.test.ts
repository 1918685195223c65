import fc from 'fast-check'

import {
  compare,
  convert,
  extreme,
  isComparable
} from '../../../../src/restrictions/condition/value-type.js'

describe('a value of the user', () => {
  test.each([
    ['cds.Date', '2024-02-29', '2024-02-29'],
    ['cds.Date', '2024-02-30', undefined],
    ['cds.Date', '2023-02-29', undefined],
    ['cds.Date', '2024-04-31', undefined],
    ['cds.Date', '2024-13-01', undefined],
    ['cds.Date', '2024-00-10', undefined],
    ['cds.Date', '2024-01-00', undefined],
    ['cds.DateTime', '2024-02-30T10:00:00Z', undefined],
    ['cds.DateTime', '2024-02-29T23:30:00-01:00', '2024-03-01T00:30:00Z'],
    ['cds.DateTime', '2024-02-28T24:00:00Z', undefined],
    ['cds.DateTime', '2024-02-28T23:60:00Z', undefined],
    ['cds.Timestamp', '2023-02-29T10:00:00.000Z', undefined],
    ['cds.Timestamp', '2024-02-29T10:00:00.123Z', '2024-02-29T10:00:00.123Z'],
    ['cds.Time', '24:00:00', undefined],
    ['cds.Time', '23:59:60', undefined],
    ['cds.String', 'half of \ud83d', undefined],
    ['cds.String', '😀', '😀'],
    ['cds.String', 'a\u0000', undefined],
    ['cds.String', 5, '5'],
    ['cds.String', false, 'false'],
    ['cds.LargeString', 'a', 'a'],
    ['cds.UUID', 'a', 'a'],
    ['cds.Boolean', true, true],
    ['cds.Boolean', false, false],
    ['cds.Boolean', 'true', true],
    ['cds.Boolean', 'false', false],
    ['cds.Boolean', 'TRUE', undefined],
    ['cds.Boolean', 1, undefined],
    ['cds.Boolean', 'constructor', undefined],
    ['cds.Decimal', '1.50', 1.5],
    ['cds.Double', '-1e3', -1000],
    ['cds.Double', '+1E-1', 0.1],
    ['cds.Double', '1e12', 1e12],
    ['cds.Double', 5, 5],
    ['cds.Double', '1e999', undefined],
    ['cds.Double', Number.NaN, undefined],
    ['cds.Double', Number.POSITIVE_INFINITY, undefined],
    ['cds.Double', true, undefined],
    ...['', ' 1', '1 ', '1.', '.1', '0x1', '1,5', '1e', 'Infinity', '--1'].map(
      (text): [string, string, undefined] => ['cds.Double', text, undefined]
    ),
    ['cds.UInt8', '0', 0],
    ['cds.UInt8', 255, 255],
    ['cds.UInt8', -1, undefined],
    ['cds.UInt8', 256, undefined],
    ['cds.Int16', -32768, -32768],
    ['cds.Int16', 32767, 32767],
    ['cds.Int16', -32769, undefined],
    ['cds.Int16', 32768, undefined],
    ['cds.Int32', -2147483648, -2147483648],
    ['cds.Int32', 2147483648, undefined],
    ['cds.Integer', '2147483647', 2147483647],
    ['cds.Integer', '2147483648', undefined],
    ['cds.Integer', -2147483649, undefined],
    ['cds.Integer', '5.0', 5],
    ['cds.Integer', 5.5, undefined],
    ['cds.Integer', 'x', undefined],
    ['cds.Int64', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ['cds.Int64', Number.MIN_SAFE_INTEGER, Number.MIN_SAFE_INTEGER],
    ['cds.Int64', 2 ** 53, undefined],
    ['cds.Integer64', -(2 ** 53), undefined],
    ['cds.Integer64', '7', 7],
    ['cds.Date', '2024-02-29T00:00:00Z', undefined],
    ['cds.Date', 'x2024-02-29', undefined],
    ['cds.Date', 20240229, undefined],
    ['cds.Time', '00:00:00', '00:00:00'],
    ['cds.Time', '19:59:59', '19:59:59'],
    ['cds.Time', '23:59:59', '23:59:59'],
    ['cds.Time', '23:59', undefined],
    ['cds.Time', '23:59:59Z', undefined],
    ['cds.Time', ' 23:59:59', undefined],
    ['cds.DateTime', '2024-02-29T10:00:00Z', '2024-02-29T10:00:00Z'],
    ['cds.DateTime', '2024-02-29T10:00:00.5Z', '2024-02-29T10:00:00Z'],
    ['cds.DateTime', '2024-02-29T10:00:00', undefined],
    ['cds.DateTime', '2024-02-29', undefined],
    ['cds.Timestamp', '2024-02-29T10:00:00Z', '2024-02-29T10:00:00.000Z'],
    ['cds.Timestamp', '2024-02-29T10:00:00.1234567Z', '2024-02-29T10:00:00.123Z'],
    ['cds.Timestamp', '2024-02-29T10:00:00.12345678Z', undefined],
    ['cds.Timestamp', '2024-02-29T10:00:00+02:30', '2024-02-29T07:30:00.000Z'],
    ['cds.Timestamp', '2024-02-29T10:00:00+99:99', undefined],
    ['cds.Timestamp', 'x2024-02-29T10:00:00Z', undefined],
    ['cds.Timestamp', '2024-02-29T10:00:00Zx', undefined],
    ['cds.Binary', 'a', undefined]
  ])('of %s, %j, is %j', (type, value, expected) => {
    expect(convert(value, type)).toBe(expected)
  })

  test('is a day that there is, or none', () => {
    const number = (max: number) => fc.integer({ min: 0, max })
    fc.assert(
      fc.property(fc.integer({ min: 1900, max: 2100 }), number(13), number(32), (y, m, d) => {
        const text = [y, m, d].map((part) => String(part).padStart(2, '0')).join('-')
        const date = new Date(Date.UTC(y, m - 1, d))
        const exists = date.getUTCMonth() === m - 1 && date.getUTCDate() === d && m > 0 && d > 0
        return convert(text, 'cds.Date') === (exists ? text : undefined)
      }),
      { numRuns: 2000 }
    )
  })
})

test('texts are ordered by code point', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      return Math.sign(compare(a, b)) === Buffer.compare(Buffer.from(a), Buffer.from(b))
    }),
    { numRuns: 2000 }
  )
})

test('numbers and flags are ordered as numbers', () => {
  expect(compare(9, 10)).toBeLessThan(0)
  expect(compare(10, 9)).toBeGreaterThan(0)
  expect(compare(false, true)).toBeLessThan(0)
  expect(compare(5, 5)).toBe(0)
  expect(compare('a', 'ab')).toBeLessThan(0)
  expect(compare('ab', 'a')).toBeGreaterThan(0)
  expect(compare('\uffff', '😀')).toBeLessThan(0)
  expect(compare('😀', '\ue000')).toBeGreaterThan(0)
  expect(compare('\ud7ff', '\ue000')).toBeLessThan(0)
  expect(compare('\ud800', '\ue000')).toBeGreaterThan(0)
  expect(compare('\udfff', '\ue000')).toBeGreaterThan(0)
})

test('of several values there is a smallest and a greatest one', () => {
  expect(extreme(['b', 'a', 'c'], 'min')).toBe('a')
  expect(extreme(['b', 'a', 'c'], 'max')).toBe('c')
  expect(extreme([10, 9], 'min')).toBe(9)
  expect(extreme([9, 10], 'max')).toBe(10)
  expect(extreme([0, 1], 'min')).toBe(0)
  expect(extreme([], 'min')).toBeUndefined()
})

test('values are compared with elements of scalar types only', () => {
  for (const type of ['cds.String', 'cds.UUID', 'cds.Int64', 'cds.Time', 'cds.Timestamp'])
    expect([type, isComparable(type)]).toEqual([type, true])
  for (const type of ['cds.Binary', 'cds.Association', 'cds.Map', 'toString', ''])
    expect([type, isComparable(type)]).toEqual([type, false])
})
