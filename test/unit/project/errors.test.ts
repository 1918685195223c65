import { ERROR_CODES } from '../../../src/errors.js'
import { filesIn, read } from './repository.js'

const headings = [...read('docs/errors.md').matchAll(/^### (ERR_\w+)/gm)].map(([, code]) => code)

describe('error codes', () => {
  test('docs/errors.md explains each of them once, and no other', () => {
    expect(headings.toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted())
  })

  test('the sources use no other', () => {
    const sources = filesIn('src', /\.ts$/).filter((file) => !file.startsWith('src/emulator/'))
    const used = sources.flatMap((file) => read(file).match(/\bERR_[A-Z_]+\b/g) ?? [])
    const known = [...Object.keys(ERROR_CODES), ...foreign]
    expect(used.filter((code) => !known.includes(code))).toEqual([])
  })
})

/** Codes of Node and libraries that our sources look for. */
const foreign = [
  'ERR_MODULE_NOT_FOUND',
  'ERR_BAD_REQUEST',
  'ERR_BAD_RESPONSE',
  'ERR_CANCELED',
  'ERR_INVALID_URL',
  'ERR_NETWORK',
  'ERR_SSL_',
  'ERR_TLS_'
]
