import { listOf, presenceOf } from '../../../../src/restrictions/condition/derived.js'
import {
  setDerivedAttributes,
  type UserRequest
} from '../../../../src/restrictions/request/request.js'

const source = { path: ['x'], functions: [] }
const LIST = 'x|String|list'
const derived = [listOf(source, 'cds.String'), presenceOf(source, 'cds.String')]

function attributesFor(user: object): Record<string, unknown> {
  const request = { user } as UserRequest
  setDerivedAttributes(request, derived)
  return request.user.attr as Record<string, unknown>
}

describe('derived attributes', () => {
  test('are there for a value, and nobody sees them', () => {
    const attr = { x: ['a', '', null, 5] }
    expect(attributesFor({ attr })).toBe(attr)
    expect(Reflect.get(attr, LIST)).toEqual(['a', '5'])
    expect(Object.keys(attr)).toEqual(['x'])
    expect(JSON.stringify(attr)).not.toContain('|')
  })

  test.each([{}, { x: null }, { x: [] }, { x: [''] }, { x: {} }, { x: [[]] }])(
    'are not there for %j',
    (attr) => {
      expect(Object.hasOwn(attributesFor({ attr }), LIST)).toBe(false)
    }
  )

  test('are computed anew for each request', () => {
    const attr: Record<string, unknown> = { x: 'a' }
    attributesFor({ attr })
    delete attr.x
    expect(Object.hasOwn(attributesFor({ attr }), LIST)).toBe(false)
  })

  test('do not come from a token', () => {
    expect(Object.hasOwn(attributesFor({ attr: { [LIST]: ['a'] } }), LIST)).toBe(false)
    expect(attributesFor({ attr: Object.freeze({ [LIST]: ['b'], x: 'a' }) })[LIST]).toEqual(['a'])
  })

  test.each([
    ['frozen attributes', { attr: Object.freeze({ x: 'a' }) }],
    ['a frozen user', Object.freeze({ attr: Object.freeze({ x: 'a' }) })]
  ])('can be set on %s', (_, user) => {
    expect(attributesFor(user)[LIST]).toEqual(['a'])
  })

  test('are replaced, also for one who has them already', () => {
    const attr = Object.defineProperty({ x: 'a' }, LIST, { value: ['old'], writable: true })
    expect(attributesFor({ attr })[LIST]).toEqual(['a'])
    expect(Object.keys(attr)).toEqual(['x'])
    const fixed = { attr: Object.freeze({ x: 'a', y: 'b' }) }
    expect(attributesFor(fixed)).toMatchObject({ x: 'a', y: 'b' })
    attributesFor(fixed)
    expect(attributesFor(fixed)[LIST]).toEqual(['a'])
    expect(Object.keys(fixed)).toEqual(['attr'])
  })

  test('are set on the user itself, if that can be changed', () => {
    const user = { attr: Object.freeze({ x: 'a' }) }
    const request = { user } as UserRequest
    setDerivedAttributes(request, derived)
    expect(request.user).toBe(user)
  })

  test.each([undefined, null, 'text', 5])('need no attributes: %p', (attr) => {
    expect(Object.hasOwn(attributesFor({ attr }), LIST)).toBe(false)
  })

  test('what is inherited is no value', () => {
    expect(Object.hasOwn(attributesFor({ attr: Object.create({ x: 'a' }) }), LIST)).toBe(false)
  })
})
