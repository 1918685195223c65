import cds from '@sap/cds'

import {
  createsMissing,
  isOfWritten,
  rememberRefusal
} from '../../../../src/restrictions/write/refused-writes.js'

test('the error that a write ends with is remembered, and no other', async () => {
  const error = new Error('refused')
  const write = rememberRefusal(() => Promise.reject(error))
  await expect(write).rejects.toBe(error)
  expect(isOfWritten(error)).toBe(true)
  expect(isOfWritten(new Error('refused'))).toBe(false)
  await expect(rememberRefusal(() => Promise.resolve('done'))).resolves.toBe('done')
})

test.each([undefined, null, 'refused', 5])('%p can be thrown as well', async (thrown) => {
  const write = () => Promise.resolve().then(() => Promise.reject(thrown as unknown as Error))
  await expect(rememberRefusal(write)).rejects.toBe(thrown)
  expect(isOfWritten(thrown)).toBe(false)
})

interface Options {
  put_as_upsert?: boolean
  patch_as_upsert?: boolean
}
const env = cds.env as unknown as { runtime?: Options }
const { runtime } = env
afterAll(() => {
  Object.assign(env, { runtime })
})

const creates = (request: object, options?: Options) => {
  Object.assign(env, { runtime: options })
  return createsMissing(request as never)
}
const by = (method: string) => ({ _: { req: { method } } })

test.each<[string, Options | undefined, boolean]>([
  ['PUT', undefined, true],
  ['PUT', { put_as_upsert: true, patch_as_upsert: false }, true],
  ['PUT', { put_as_upsert: false, patch_as_upsert: false }, false],
  ['PUT', { put_as_upsert: false, patch_as_upsert: true }, true],
  ['PATCH', undefined, false],
  ['PATCH', { patch_as_upsert: true }, true],
  ['PATCH', { put_as_upsert: true, patch_as_upsert: false }, false],
  ['DELETE', { patch_as_upsert: true }, false]
])('%s, with %j: %s', (method, options, expected) => {
  expect(creates(by(method), options)).toBe(expected)
})

test('the method is that of the request, or of the one that it is made in', () => {
  const http = { req: { method: 'PUT' } }
  expect(creates({ http })).toBe(true)
  expect(creates({ ...by('PATCH'), http })).toBe(false)
  expect(creates({ _: {}, http })).toBe(true)
  expect(creates({})).toBe(false)
})
