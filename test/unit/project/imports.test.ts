import path from 'node:path'

import ts from 'typescript'

import { filesIn, read } from './repository.js'

test.each(['src', 'emulator/src'])('%s: no circle of imports, of types neither', (root) => {
  const imports = importsIn(root)
  expect(imports.size).toBeGreaterThan(100)
  expect(circle(imports)).toEqual([])
})

/** The files that each file below a folder imports: also for their types only, and by `typeof import('…')`. */
function importsIn(root: string): Map<string, string[]> {
  const files = new Set(filesIn(root, /\.ts$/))
  const imported = (file: string) =>
    ts
      .preProcessFile(read(file), true, true)
      .importedFiles.map(({ fileName }) => path.posix.join(path.posix.dirname(file), fileName))
      .map((name) => name.replace(/\.js$/, '.ts'))
      .filter((name) => files.has(name))
  return new Map([...files].map((file) => [file, imported(file)]))
}

/** The files of one circle, in the order of their imports; none if there is none. */
function circle(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const way: string[] = []
  const visit = (file: string): string[] => {
    if (way.includes(file)) return [...way.slice(way.indexOf(file)), file]
    if (done.has(file)) return []
    way.push(file)
    for (const next of imports.get(file) ?? []) {
      const found = visit(next)
      if (found.length) return found
    }
    way.pop()
    done.add(file)
    return []
  }
  for (const file of imports.keys()) {
    const found = visit(file)
    if (found.length) return found
  }
  return []
}
