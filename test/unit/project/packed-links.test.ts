import { execFileSync } from 'node:child_process'
import path from 'node:path'

import ts from 'typescript'

import { filesIn, read, root } from './repository.js'

const packed = packedFiles()
const pages = [...packed].filter((file) => file.endsWith('.md'))

/** The documentation, which the package of the emulator has as a whole, without the decisions. */
const files = filesIn('docs', /./).map((file) => path.posix.relative('docs', file))
const ofEmulator = files.filter((file) => file.endsWith('.md') && !isDecision(file))
/** The examples and the sources of the sample. */
const IN_REPOSITORY = /^\.\.\/(README\.md|examples\/|srv\/)/

test('the packed package has the pages that a user needs at work, and the picture of the README', () => {
  for (const file of ['README.md', 'docs/README.md', 'docs/errors.md', 'docs/images/walk.svg'])
    expect(packed).toContain(file)
})

test.each(pages)(
  '%s: a link leads to a file of the package, or the page says where it is',
  (page) => {
    const missing = targets(page)
      .filter((target) => !isPacked(target))
      .sort()
    const inEmulator = missing.filter((target) => files.includes(target) && !isDecision(target))
    const inRepository = missing.filter(isDecision)
    expect([...inEmulator, ...inRepository].sort()).toEqual(missing)
    if (inEmulator.length)
      expect(read(page)).toMatch(/`cds-principal-emulator`|cds-principal-emulator\/docs/)
    if (inRepository.length) expect(read(page)).toContain('decisions in the repository')
  }
)

test.each(ofEmulator)(
  "docs/%s: a link leads to a file of the emulator's package, or into the repository",
  (page) => {
    const others = targets(path.posix.join('docs', page)).filter(
      (target) => !isDecision(target) && !files.includes(target)
    )
    expect(others.filter((target) => !IN_REPOSITORY.test(target))).toEqual([])
  }
)

test('a page that a text of the package names is a part of it, or the text says where it is', () => {
  const texts = [...filesIn('src', /\.ts$/).flatMap(textsIn), read('schema/cds-principal.json')]
  const pages = texts.flatMap((text) => [
    ...text.matchAll(/(docs\/[\w/-]+\.md)(?! of the emulator)/g)
  ])
  expect(pages.length).toBeGreaterThan(3)
  expect(pages.map(([, page = '']) => page).filter((page) => !packed.has(page))).toEqual([])
})

/** The texts of a source, without its comments. */
function textsIn(file: string): string[] {
  const texts: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isTemplateLiteralToken(node)) texts.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest))
  return texts
}

/** The files of the package, without those that are made when it is packed. */
function packedFiles(): Set<string> {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error']
  const [{ files }] = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8' })) as [
    { files: { path: string }[] }
  ]
  return new Set(files.map((file) => file.path))
}

/** What a page links to, as paths from the folder docs. */
function targets(page: string): string[] {
  const text = read(page).replace(/```[^]*?```/g, '')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)\s]*\)/g)].map(([, link = '']) =>
    path.posix.join(path.posix.dirname(page), link)
  )
  return [...new Set(links)].map((target) => path.posix.relative('docs', target))
}

function isPacked(target: string): boolean {
  return packed.has(path.posix.join('docs', target))
}

function isDecision(target: string): boolean {
  return target.startsWith('decisions')
}
