import { nearestName, slipOf } from '../../../../src/lib/wording/closest.js'

test.each([
  ['EPR', 'ERP'], // letters in another order
  ['erp', 'ERP'],
  ['ER', 'ERP'],
  ['DESTINATOIN', 'DESTINATION']
])('%s is near to %s', (name, known) => {
  expect(nearestName(name, ['S4', known])).toBe(known)
})

test.each(['PRE', 'EXY', 'S5X'])('%s is near to no short name', (name) => {
  expect(nearestName(name, ['ERP', 'S4'])).toBeUndefined()
})

test.each(['crf', 'ccsrf', 'scrf', 'csfr', 'srf', 'CSRF', 'c-s-r-f'])('%s is a slip', (name) => {
  expect(slipOf(name, ['path', 'csrf'])).toBe('csrf')
})

test.each(['csrf', 'csrg', 'xsrf', 'csrfs', 'cf', 'fcsr', ''])('%s is no slip', (name) => {
  expect(slipOf(name, ['path', 'csrf'])).toBeUndefined()
})
