import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OutputFolder } from '../../src/standalone/output-folder.js'

let parent: string
let folder: string
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'output-'))
  folder = join(parent, 'a', 'out')
})
afterEach(() => rmSync(parent, { recursive: true }))

const MANIFEST = '.cds-principal-emulator.json'
const files = [
  { path: '.env', content: 'A=1\n' },
  { path: 'bindings/xsuaa/clientid', content: 'x' }
]
const at = (...names: string[]) => join(folder, ...names)
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

/** Writes the files as a process that was killed: no process has the id 0 of a manifest. */
function leftBehind() {
  OutputFolder.claim(folder).write(files)
  const manifest = JSON.parse(readFileSync(at(MANIFEST), 'utf8')) as object
  writeFileSync(at(MANIFEST), JSON.stringify({ ...manifest, pid: 2 ** 30 }))
}

test('a new folder is for this user only, out of version control, and gone at the end', () => {
  const output = OutputFolder.claim(folder)
  output.write(files)
  expect(readFileSync(at('.gitignore'), 'utf8')).toBe('*\n')
  expect(['', 'bindings', 'bindings/xsuaa'].map((path) => mode(at(path)))).toEqual(
    Array(3).fill('700')
  )
  expect(['.env', MANIFEST, 'bindings/xsuaa/clientid'].map((path) => mode(at(path)))).toEqual(
    Array(3).fill('600')
  )
  expect(output.remove()).toEqual([])
  expect(existsSync(folder)).toBe(false)
})

test("a file that is somebody else's is neither replaced nor removed", () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(at('.env'), 'MINE=1')
  const output = OutputFolder.claim(folder)
  expect(() => output.write(files)).toThrow(/--output.*\.env is there/)
  output.remove()
  expect(readdirSync(folder)).toEqual(['.env'])
  expect(readFileSync(at('.env'), 'utf8')).toBe('MINE=1')
})

test("a link is not followed: its target is somebody else's", () => {
  mkdirSync(folder, { recursive: true })
  const target = join(parent, 'target')
  symlinkSync(target, at('.env'))
  const output = OutputFolder.claim(folder)
  expect(() => output.write(files)).toThrow(/\.env is there/)
  output.remove()
  expect(existsSync(target)).toBe(false)
})

test('beside the files of a project there is no .gitignore, and the project stays', () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(at('package.json'), '{}')
  const output = OutputFolder.claim(folder)
  output.write(files)
  expect(existsSync(at('.gitignore'))).toBe(false)
  output.remove()
  expect(readdirSync(folder)).toEqual(['package.json'])
})

test('what a killed process has left is replaced', () => {
  leftBehind()
  const output = OutputFolder.claim(folder)
  expect(readdirSync(folder)).toEqual([MANIFEST])
  output.write(files)
  expect(readFileSync(at('.env'), 'utf8')).toBe('A=1\n')
  output.remove()
  expect(existsSync(folder)).toBe(false)
})

test('what somebody has changed since is not', () => {
  leftBehind()
  writeFileSync(at('.env'), 'A=1\nMINE=1\n')
  expect(() => OutputFolder.claim(folder)).toThrow(/\.env has changed/)
  expect(readFileSync(at('.env'), 'utf8')).toContain('MINE')
})

test('a file that has changed while the landscape ran stays at the end', () => {
  const output = OutputFolder.claim(folder)
  output.write(files)
  writeFileSync(at('.env'), 'MINE=1')
  expect(output.remove()).toEqual(['.env'])
  expect(readFileSync(at('.env'), 'utf8')).toBe('MINE=1')
})

test('a list that names files elsewhere removes none of them', () => {
  leftBehind()
  const outside = join(parent, 'outside')
  writeFileSync(outside, 'x')
  const manifest = JSON.parse(readFileSync(at(MANIFEST), 'utf8')) as { files: object }
  const hash = (manifest.files as Record<string, string>)['bindings/xsuaa/clientid']
  const changed = { ...manifest, files: { ...manifest.files, '../../outside': hash } }
  writeFileSync(at(MANIFEST), JSON.stringify(changed))
  OutputFolder.claim(folder).remove()
  expect(readFileSync(outside, 'utf8')).toBe('x')
})

test('the folder of a landscape that runs is refused', () => {
  const output = OutputFolder.claim(folder)
  expect(() => OutputFolder.claim(folder)).toThrow(`the landscape of process ${process.pid}`)
  output.remove()
})

test.each([
  ['a file', (path: string) => writeFileSync(path, ''), /it is not a folder/],
  ['a link', (path: string) => symlinkSync(parent, path), /it is not a folder/],
  [
    'a list that is none',
    (path: string) => {
      mkdirSync(path)
      writeFileSync(join(path, MANIFEST), '[]')
    },
    /cannot be read: remove this file/
  ]
])('%s is refused', (_, make, message) => {
  mkdirSync(join(parent, 'a'))
  make(folder)
  expect(() => OutputFolder.claim(folder)).toThrow(message)
})

test('files are written again when they change, and not one that somebody else has changed', () => {
  const output = OutputFolder.claim(folder)
  output.write(files)
  output.update([
    { path: '.env', content: 'A=2\n' },
    { path: 'bindings/xsuaa/clientid', content: 'x' }
  ])
  expect(readFileSync(at('.env'), 'utf8')).toBe('A=2\n')
  writeFileSync(at('.env'), 'A=mine\n')
  output.update([{ path: '.env', content: 'A=3\n' }])
  expect(readFileSync(at('.env'), 'utf8')).toBe('A=mine\n')
  expect(output.remove()).toEqual(['.env'])
})

test('after an update, the next start knows what may be removed', () => {
  const output = OutputFolder.claim(folder)
  output.write(files)
  output.update([{ path: '.env', content: 'A=2\n' }])
  expect(output.remove()).toEqual([])
  expect(existsSync(folder)).toBe(false)
})
