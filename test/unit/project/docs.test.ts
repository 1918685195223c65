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

test.each(pages)('required services of S/4 that write ask for CSRF tokens: %s', (page) => {
  const blocks = [...text(page).matchAll(/```jsonc\n([^]*?)```/g)].map(([, block = '']) => block)
  const services = blocks
    .flatMap((block) => block.split(/(?="\w+": \{\s*"kind": )/))
    .filter((part) => part.includes('"odata-v2"') && part.includes('"path": "/sap/opu/odata/sap/'))
  expect(services.filter((each) => !each.includes('"csrf": true, "csrfInBatch": true'))).toEqual([])
})

test('the README adds the roles of the model when its files are there, and before the start', () => {
  const [, setup = ''] = text('README.md').split('## Set up a project')
  const places = ['// srv/plant-service.cds', 'cds add principal', '\ncds watch\n']
  const positions = places.map((each) => setup.indexOf(each))
  expect(positions).not.toContain(-1)
  expect(positions).toEqual(positions.toSorted((a, b) => a - b))
})

test('no page runs cds with npx: where it is installed for no project, npm has another package of that name', () => {
  const pages = fs.readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  const named = pages.filter((page) => page.endsWith('.md')).map((page) => `docs/${page}`)
  const all = ['README.md', 'emulator/README.md', ...named]
  expect(all.filter((page) => text(page).includes('npx cds '))).toEqual([])
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
