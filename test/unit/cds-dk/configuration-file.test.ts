import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

import { objectAt, readConfiguration } from '../../../src/cds-dk/configuration-file.js'
import { hasOnPremiseDestination } from '../../../src/cds-dk/on-premise.js'

let root: string
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'cds-principal-configuration-'))
})
afterEach(() => {
  fs.rmSync(root, { recursive: true })
})

function written(name: string, text: string) {
  fs.writeFileSync(path.join(root, name), text)
  return readConfiguration(root, name)!
}
const read = (name: string) => fs.readFileSync(path.join(root, name), 'utf8')

describe('a file of the configuration', () => {
  test.each([
    ['two spaces', '{\n  "name": "a"\n}', '{\n  "name": "a",\n  "cds": {\n    "x": 1\n  }\n}\n'],
    ['tabs', '{\n\t"name": "a"\n}\n', '{\n\t"name": "a",\n\t"cds": {\n\t\t"x": 1\n\t}\n}\n']
  ])('keeps its indentation by %s', (_name, before, after) => {
    const file = written('package.json', before)
    file.cds['x'] = 1
    expect(file.save()).toBe(true)
    expect(read('package.json')).toBe(after)
  })

  test('is not touched without a change', () => {
    const odd = '{"name":   "a", "cds": {}}'
    expect(written('package.json', odd).save()).toBe(false)
    expect(read('package.json')).toBe(odd)
  })

  test('gets no "cds" without a setting', () => {
    const text = '{\n  "name": "a"\n}\n'
    const file = written('package.json', text)
    expect(file.cds).toEqual({})
    file.save()
    expect(read('package.json')).toBe(text)
    file.content['version'] = '1'
    file.save()
    expect(JSON.parse(read('package.json'))).toEqual({ name: 'a', version: '1' })
  })

  test('has the whole configuration in .cdsrc.json, with or without "cds"', () => {
    objectAt(written('.cdsrc.json', '{ "requires": {} }').cds, 'requires')['a'] = 1
    expect(written('.cdsrc.json', '{ "requires": { "a": 1 } }').cds).toEqual({ requires: { a: 1 } })
    expect(written('.cdsrc.json', '{ "cds": { "b": 1 } }').cds).toEqual({ b: 1 })
  })

  test('may be missing', () => {
    expect(readConfiguration(root, 'package.json')).toBeUndefined()
  })
})

describe('a destination is on premise', () => {
  const s4 = { credentials: { destination: 'S4' } }
  const emulated = (ProxyType: string) => ({ emulator: { destinations: { S4: { ProxyType } } } })

  test.each([
    ['without a description', { API: s4 }, true],
    ['by its description', { API: s4, auth: emulated('OnPremise') }, true],
    [
      'by its description in a profile of auth',
      { API: s4, auth: { '[development]': emulated('OnPremise') } },
      true
    ],
    ['in a profile only', { '[production]': { API: s4 } }, true],
    ['in a profile of the service', { API: { kind: 'odata', '[production]': s4 } }, true],
    [
      'in a profile of the credentials',
      { API: { credentials: { '[production]': s4.credentials } } },
      true
    ],
    [
      'not if a profile of the emulator describes it',
      { API: s4, auth: { emulator: { '[test]': emulated('Internet').emulator } } },
      false
    ],
    ['not on the internet', { API: s4, auth: emulated('Internet') }, false],
    ['not without a destination', { API: { credentials: { url: 'https://localhost' } } }, false],
    ['not without services', {}, false]
  ])('%s', (_name, requires, expected) => {
    const file = written('package.json', JSON.stringify({ cds: { requires } }))
    expect(hasOnPremiseDestination([file])).toBe(expected)
  })
})
