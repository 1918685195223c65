import { filesIn, lines } from './repository.js'

const sources = filesIn('src', /\.ts$/)
const tests = filesIn('test', /\.ts$/).filter((file) => !file.includes('/node_modules/'))

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}

describe('house measure', () => {
  test('source files: median at most 90 lines, none over 250', () => {
    expect(median(sources.map(lines))).toBeLessThanOrEqual(90)
    expect(sources.filter((file) => lines(file) > 250)).toEqual([])
  })

  test('test files: none over 300 lines', () => {
    expect(tests.filter((file) => lines(file) > 300)).toEqual([])
  })

  test('names say what a file is for, in kebab-case', () => {
    const vague = /(^|[/-])(utils?|helpers?|common|manager|misc)([-./]|$)/
    expect(sources.filter((file) => vague.test(file))).toEqual([])
    expect(sources.filter((file) => !/^[a-z0-9\-/.]+$/.test(file))).toEqual([])
  })
})
