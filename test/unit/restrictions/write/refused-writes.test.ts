import { isOfWritten, rememberRefusal } from '../../../../src/restrictions/write/refused-writes.js'

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
