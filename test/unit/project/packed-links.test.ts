import { execFileSync } from 'node:child_process'
import path from 'node:path'

import { read, root } from './repository.js'

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
