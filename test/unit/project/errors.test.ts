import { STATUS_CODES } from 'node:http'

import { ERROR_CODES, type ErrorCode, PrincipalError } from '../../../src/errors.js'
import { filesIn, read } from './repository.js'

const headings = [...read('docs/errors.md').matchAll(/^### (ERR_\w+)/gm)].map(([, code]) => code)

describe('error codes', () => {
  test.each(Object.keys(ERROR_CODES) as ErrorCode[])('%s has the text of its status', (code) => {
    expect(new PrincipalError(code, 'cause').clientMessage).toBe(STATUS_CODES[ERROR_CODES[code]])
  })

  test('docs/errors.md explains each of them once, and no other', () => {
    expect(headings.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
  })

  test('each section has its cause, how to tell, and the fix, in this order', () => {
    const sections = read('docs/errors.md')
      .split(/^### (?=ERR_\w+$)/m)
      .slice(1)
    const parts = sections.map((section) => {
      const [text = ''] = section.split(/^## /m)
      const labels = [...text.matchAll(/^\*\*(.+?):\*\* \S/gm)].map(([, label]) => label)
      return [text.split('\n')[0], labels]
    })
    const expected = ['Cause', 'How to tell', 'Fix']
    expect(parts).toEqual(parts.map(([code]) => [code, expected]))
  })

  test('the sources use no other', () => {
    const sources = filesIn('src', /\.ts$/).filter((file) => !file.startsWith('emulator/src/'))
    const used = sources.flatMap((file) => read(file).match(/\bERR_[A-Z_]+\b/g) ?? [])
    const known = [...Object.keys(ERROR_CODES), ...foreign]
    expect(used.filter((code) => !known.includes(code))).toEqual([])
  })

  test('those of the emulator and of the sample are in its tables, and no other', () => {
    const tables = [...read('docs/errors.md').matchAll(/^\| `(ERR_\w+)`/gm)].map(([, code]) => code)
    const emulator = read('emulator/src/emulator-error.ts').match(/'ERR_EMULATOR_\w+'/g) ?? []
    const sample = filesIn('srv', /\.ts$/).flatMap((file) => read(file).match(/'ERR_\w+'/g) ?? [])
    const codes = [...emulator, ...sample].map((code) => code.slice(1, -1))
    expect(codes.length).toBeGreaterThan(15)
    expect(tables.toSorted()).toEqual([...new Set(codes)].toSorted())
  })
})

/** Codes of Node and libraries that our sources look for. */
const foreign = [
  'ERR_CDS_COMPILATION_FAILURE',
  'ERR_MODULE_NOT_FOUND',
  'ERR_BAD_REQUEST',
  'ERR_BAD_RESPONSE',
  'ERR_CANCELED',
  'ERR_INVALID_URL',
  'ERR_NETWORK',
  'ERR_PACKAGE_PATH_NOT_EXPORTED',
  'ERR_SSL_',
  'ERR_TLS_'
]
