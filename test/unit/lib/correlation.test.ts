import cds from '@sap/cds'

import { correlationHeaders } from '../../../src/lib/inbound-credential.js'

const inRequest = (id: unknown) => {
  cds.context = { id } as never
  return correlationHeaders()
}

test('the id of the current request is a header', () => {
  expect(inRequest('5f0c-1')).toEqual({ 'x-correlationid': '5f0c-1' })
})

test.each(['two\r\nlines', 'ümlaut', 'x'.repeat(201)])('%j can be none', (id) => {
  expect(inRequest(id)).toEqual({})
})

test('outside of a request there is none', () => {
  cds.context = undefined
  expect(correlationHeaders()).toEqual({})
})
