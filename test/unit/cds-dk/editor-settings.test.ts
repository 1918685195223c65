import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { addEditorSettings } from '../../../src/cds-dk/editor-settings.js'

let root: string
let file: string
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-settings-'))
  file = path.join(root, '.vscode/settings.json')
})
afterEach(() => {
  fs.rmSync(root, { recursive: true })
})

const read = () => fs.readFileSync(file, 'utf8')

function write(text: string) {
  fs.mkdirSync(path.dirname(file))
  fs.writeFileSync(file, text)
}

const entry = {
  fileMatch: ['package.json', '.cdsrc.json', '.cdsrc-private.json'],
  url: './node_modules/cds-principal/schema/cds-principal.json'
}

test('a project without settings gets them, once, and for a schema that the package has', () => {
  expect(addEditorSettings(root)).toBeUndefined()
  expect(JSON.parse(read())).toEqual({ 'json.schemas': [entry] })
  const before = read()
  expect(addEditorSettings(root)).toBeUndefined()
  expect(read()).toBe(before)
  const inPackage = entry.url.replace('./node_modules/cds-principal/', '')
  expect(fs.existsSync(path.join(__dirname, '../../..', inPackage))).toBe(true)
})

test('other settings and schemas stay, with their indentation', () => {
  const other = { fileMatch: ['a.json'], url: './a.schema.json' }
  write(JSON.stringify({ 'editor.tabSize': 4, 'json.schemas': [other] }, null, '\t'))
  expect(addEditorSettings(root)).toBeUndefined()
  expect(JSON.parse(read())).toEqual({ 'editor.tabSize': 4, 'json.schemas': [other, entry] })
  expect(read()).toContain('\n\t"editor.tabSize"')
})

test('an entry that the project has changed stays', () => {
  const changed = { ...entry, fileMatch: ['srv/package.json'] }
  const text = JSON.stringify({ 'json.schemas': [changed] })
  write(text)
  expect(addEditorSettings(root)).toBeUndefined()
  expect(read()).toBe(text)
})

test.each(['{\n  // ours\n  "a": 1\n}', '[]', '{ "json.schemas": {} }', '', 'null'])(
  'settings that can not be completed stay: %j',
  (text) => {
    write(text)
    expect(addEditorSettings(root)).toContain('.vscode/settings.json is left as it is')
    expect(read()).toBe(text)
  }
)
