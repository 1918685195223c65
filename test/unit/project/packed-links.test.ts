import { execFileSync } from 'node:child_process'
import path from 'node:path'

import ts from 'typescript'

import { filesIn, read, root } from './repository.js'

const packed = packedFiles()
const pages = [...packed].filter((file) => file.endsWith('.md'))

test('the packed package has the pages that a user needs at work, and the picture of the README', () => {
  for (const file of ['README.md', 'docs/README.md', 'docs/errors.md', 'docs/images/walk.svg'])
    expect(packed).toContain(file)
})

test.each(pages)(
  '%s: a link leads to a file of the package, or the page names what is not',
  (page) => {
    expect(named(page)).toEqual(missing(page))
  }
)

test('a page that a text of the package names is a part of it, or the text says where it is', () => {
  const texts = [...filesIn('src', /\.ts$/).flatMap(textsIn), read('schema/cds-principal.json')]
  const pages = texts.flatMap((text) => [
    ...text.matchAll(/(docs\/[\w/-]+\.md)(?! in the repository)/g)
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

/** Files that a page links to, and that are in the repository only: from the folder docs. */
function missing(page: string): string[] {
  const text = read(page).replace(/```[^]*?```/g, '')
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)\s]*\)/g)].map(([, link = '']) =>
    path.posix.join(path.posix.dirname(page), link)
  )
  const others = [...new Set(targets)].filter((target) => !packed.has(target))
  return others.map((target) => path.posix.relative('docs', target)).sort()
}

/** Files that the page's note names. */
function named(page: string): string[] {
  const [, note = ''] = /^In the repository only[^:]*:([^]*?)\.\n/m.exec(read(page)) ?? []
  return [...note.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).sort()
}
