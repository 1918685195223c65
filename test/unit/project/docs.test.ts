import fs from 'node:fs'
import path from 'node:path'

import { root } from './repository.js'

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'emulator/README.md',
  ...fs
    .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.replaceAll(path.sep, '/')}`)
]

const text = (file: string) => fs.readFileSync(path.join(root, file), 'utf8')

/** Text without code, in which brackets are no links. */
const prose = (file: string) =>
  text(file)
    .replace(/```[^]*?```/g, '')
    .replace(/`[^`\n]*`/g, '')

/** Anchors of a page as GitHub and npm make them. */
function anchors(file: string): string[] {
  const headings = text(file)
    .replace(/```[^]*?```/g, '')
    .matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, title = '']) =>
    title
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/\s/g, '-')
  )
}

test.each(pages)('links of %s lead somewhere', (page) => {
  const broken = [...prose(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
    .filter(([, file = '', anchor]) => {
      const target = file ? path.posix.join(path.posix.dirname(page), file) : page
      if (!fs.existsSync(path.join(root, target))) return true
      return anchor !== undefined && target.endsWith('.md') && !anchors(target).includes(anchor)
    })
    .map(([link]) => link)
  expect(broken).toEqual([])
})

test('every test that docs/security.md names is there', () => {
  const named = [...text('docs/security.md').matchAll(/`([\w./-]+\.test\.ts)`/g)].map(
    ([, file = '']) => (file.startsWith('emulator/') ? file : `test/${file}`)
  )
  expect(named.length).toBeGreaterThan(40)
  expect(named.filter((file) => !fs.existsSync(path.join(root, file)))).toEqual([])
})

test('every file that CONTRIBUTING.md names is there', () => {
  const named = [
    ...text('CONTRIBUTING.md').matchAll(/`((?:src|emulator|test|docs|schema)\/[\w./-]*\w)\/?`/g)
  ]
  expect(named.length).toBeGreaterThan(20)
  const missing = named.filter(([, file = '']) => !fs.existsSync(path.join(root, file)))
  expect(missing.map(([name]) => name)).toEqual([])
})
