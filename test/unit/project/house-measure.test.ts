import path from 'node:path'

import { filesIn, lines, read } from './repository.js'

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

  test.each(['src', 'emulator/src'])('%s: no folder has more than 14 files', (root) => {
    const folders = filesIn(root, /\.ts$/).map((file) => path.posix.dirname(file))
    const counts = Object.entries(Object.groupBy(folders, (folder) => folder))
    expect(counts.filter(([, files = []]) => files.length > 14).map(([folder]) => folder)).toEqual(
      []
    )
  })

  test.each(['src/destination', 'src/remote', 'src/lib'])('%s: no circle of folders', (root) => {
    expect(circlesWithin(root)).toEqual([])
  })
})

/** Folders below `root`, itself included, that import each other, directly or through others. */
function circlesWithin(root: string): string[] {
  const imports = new Map<string, Set<string>>()
  for (const file of filesIn(root, /\.ts$/)) {
    const folder = path.posix.dirname(file)
    for (const [, specifier = ''] of read(file).matchAll(/from '(\.[^']+)'/g)) {
      const target = path.posix.dirname(path.posix.join(folder, specifier))
      if (target === folder || !`${target}/`.startsWith(`${root}/`)) continue
      imports.set(folder, (imports.get(folder) ?? new Set()).add(target))
    }
  }
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(imports.get(from) ?? [])].some((next) => {
      if (next === to) return true
      return !seen.has(next) && reaches(next, to, seen.add(next))
    })
  return [...imports.keys()].filter((folder) => reaches(folder, folder))
}
