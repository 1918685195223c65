import { hideConditions } from '../../../../src/restrictions/read/hide-conditions.js'

test('an error does not show the condition of a path', () => {
  const filter = '[{"xpr":[{"ref":["plant"]},"in",{"list":[{"val":"1010"}]}]}]'
  const error = new Error(`The column "book${filter}.author${filter}.ID" must be grouped`)
  hideConditions(error)
  expect(error.message).toBe('The column "book[…].ID" must be grouped')
  expect(error.stack).not.toContain('1010')
})

test('other errors stay as they are', () => {
  const error = new Error('The column "book" must be grouped')
  const { message, stack } = error
  expect(hideConditions(error)).toBe(error)
  expect(error).toMatchObject({ message, stack })
  expect(hideConditions('text')).toBe('text')
})
