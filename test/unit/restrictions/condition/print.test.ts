import { printCondition } from '../../../../src/restrictions/condition/print.js'
import { tokensOf } from '../../../../src/restrictions/model/compiled.js'

test.each([
  "f(x => site.plant, y => 'a') = 1",
  'f(site.plant, 2) = 1',
  'f() = 1',
  "a in (1, 'it''s')",
  'exists items[tag = 1].row',
  'not (a = null)'
])('%s is printed as it is written', (condition) => {
  expect(printCondition(tokensOf(condition))).toBe(condition)
})
