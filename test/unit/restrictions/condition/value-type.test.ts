import fc from 'fast-check'

import { compare, convert } from '../../../../src/restrictions/condition/value-type.js'

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
    ['cds.String', '😀', '😀']
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
        expect(convert(text, 'cds.Date')).toBe(exists ? text : undefined)
      }),
      { numRuns: 2000 }
    )
  })
})

test('texts are ordered by code point', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compare(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)))
    }),
    { numRuns: 2000 }
  )
})
