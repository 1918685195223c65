import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

import type { HttpCall } from '../../../../../src/remote/http/message/http-call.js'
import { readBody } from '../../../../../src/remote/http/message/response-body.js'

interface Answer {
  readonly statusCode?: number
  readonly headers?: Record<string, string>
  readonly chunks?: (string | Buffer)[]
}
const response = ({ statusCode = 200, headers = {}, chunks = [] }: Answer) =>
  Object.assign(Readable.from(chunks.map((each) => Buffer.from(each))), {
    statusCode,
    headers
  }) as unknown as IncomingMessage
const read = (answer: Answer, call: Partial<HttpCall> = {}) =>
  readBody({ method: 'GET', ...call } as HttpCall, response(answer))
const JSON_TEXT = '{"a":"ä"}'

describe('a body is read in the form that was asked for', () => {
  test.each<[string, Answer, Partial<HttpCall>, unknown]>([
    ['JSON', { chunks: [JSON_TEXT] }, {}, { a: 'ä' }],
    ['JSON, whatever its type', { chunks: ['5'] }, { responseType: 'json' }, 5],
    ['JSON with a mark', { chunks: [`\uFEFF${JSON_TEXT}`] }, {}, { a: 'ä' }],
    ['no JSON', { chunks: ['{a'] }, {}, '{a'],
    ['text', { chunks: [JSON_TEXT] }, { responseType: 'text' }, JSON_TEXT],
    ['text with a mark', { chunks: ['\uFEFFx'] }, { responseType: 'text' }, 'x'],
    ['nothing', {}, {}, ''],
    ['bytes', { chunks: ['ab'] }, { responseType: 'arraybuffer' }, Buffer.from('ab')],
    [
      'what a failure says, as bytes',
      { statusCode: 400, chunks: [JSON_TEXT] },
      { responseType: 'arraybuffer' },
      { a: 'ä' }
    ],
    [
      'what a failure says, as a stream',
      { statusCode: 500, chunks: [JSON_TEXT] },
      { responseType: 'stream' },
      { a: 'ä' }
    ],
    [
      'what a redirect says, as a stream',
      { statusCode: 300, chunks: ['x'] },
      { responseType: 'stream' },
      'x'
    ],
    [
      'in pieces, within a letter',
      { chunks: [Buffer.from(JSON_TEXT).subarray(0, 7), Buffer.from(JSON_TEXT).subarray(7)] },
      {},
      { a: 'ä' }
    ]
  ])('%s', async (_, answer, call, expected) => {
    expect(await read(answer, call)).toEqual(expected)
  })

  test('as a stream', async () => {
    const body = (await read({ chunks: ['ab', 'c'] }, { responseType: 'stream' })) as Readable
    expect(Buffer.concat(await body.toArray()).toString()).toBe('abc')
    const last = (await read(
      { statusCode: 299, chunks: ['x'] },
      { responseType: 'stream' }
    )) as Readable
    expect(last).toBeInstanceOf(Readable)
  })
})

describe('a body is decompressed', () => {
  const encoded: [string, Buffer][] = [
    ['gzip', gzipSync(JSON_TEXT)],
    ['GZip', gzipSync(JSON_TEXT)],
    ['x-gzip', gzipSync(JSON_TEXT)],
    ['compress', gzipSync(JSON_TEXT)],
    ['x-compress', gzipSync(JSON_TEXT)],
    ['deflate', deflateSync(JSON_TEXT)],
    ['br', brotliCompressSync(JSON_TEXT)]
  ]
  test.each(encoded)('%s', async (encoding, content) => {
    const headers = {
      'content-encoding': encoding,
      'content-length': String(content.length),
      etag: 'e'
    }
    expect(await read({ headers, chunks: [content] })).toEqual({ a: 'ä' })
    expect(headers).toEqual({ etag: 'e' })
  })

  test('as far as it came', async () => {
    const text = 'x'.repeat(100_000) + Math.PI.toString()
    for (const [encoding, content] of [
      ['gzip', gzipSync(text)],
      ['br', brotliCompressSync(text)]
    ] as const) {
      const cut = content.subarray(0, content.length - 4)
      const got = (await read({
        headers: { 'content-encoding': encoding },
        chunks: [cut]
      })) as string
      expect(text.startsWith(got)).toBe(true)
    }
  })

  test('and a broken one is an error', async () => {
    const headers = { 'content-encoding': 'gzip' }
    await expect(read({ headers, chunks: ['no gzip'] })).rejects.toMatchObject({
      code: 'Z_DATA_ERROR'
    })
  })

  test.each<[string, Answer, Partial<HttpCall>]>([
    ['of another encoding', { headers: { 'content-encoding': 'zstd' } }, {}],
    ['of a name that only has it in it', { headers: { 'content-encoding': 'gzip2' } }, {}],
    ['of a name that begins with another', { headers: { 'content-encoding': 'deflate64' } }, {}],
    ['of a name that ends with another', { headers: { 'content-encoding': 'raw-deflate' } }, {}],
    ['of two encodings', { headers: { 'content-encoding': 'br, gzip' } }, {}],
    ['of HEAD', { headers: { 'content-encoding': 'gzip' } }, { method: 'HEAD' }],
    ['of 204', { statusCode: 204, headers: { 'content-encoding': 'gzip' } }, {}]
  ])('but not one %s', async (_, answer, call) => {
    expect(await read({ ...answer, chunks: ['raw'] }, call)).toBe('raw')
    expect(answer.headers).toHaveProperty('content-encoding')
  })
})

describe('a body has a limit', () => {
  test('up to which it is read', async () => {
    expect(await read({ chunks: ['abc', 'de'] }, { maxContentLength: 5 })).toBe('abcde')
    await expect(read({ chunks: ['abc', 'def'] }, { maxContentLength: 5 })).rejects.toMatchObject({
      code: 'ERR_BAD_RESPONSE',
      message: 'maxContentLength size of 5 exceeded'
    })
  })

  test('after it was decompressed', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const bomb = read(
      { headers, chunks: [gzipSync('x'.repeat(1_000_000))] },
      { maxContentLength: 10_000 }
    )
    await expect(bomb).rejects.toMatchObject({ code: 'ERR_BAD_RESPONSE' })
  })

  test('and one that breaks off is an error', async () => {
    const res = response({ chunks: ['abc'] })
    res.once('data', () => res.destroy(new Error('lost')))
    await expect(readBody({ method: 'GET' } as HttpCall, res)).rejects.toThrow('lost')
  })
})
