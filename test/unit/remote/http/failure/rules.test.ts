import { hopOf } from '../../../../../src/error-codes.js'
import { answerRules } from '../../../../../src/remote/http/failure/answer-rules.js'
import { CONNECTION_RULES } from '../../../../../src/remote/http/failure/connection-rules.js'

const answered = (facts: object) => answerRules(facts as Parameters<typeof answerRules>[0], false)
const rules = [
  ...answered({ status: 200 }),
  ...answered({ status: 403, isCsrfRefusal: true }),
  ...answered({ status: 500, proxied: true })
]
const several = CONNECTION_RULES.map(({ code }) => code)

test('a code of which all rules name one hop has this hop by itself', () => {
  const byCode = Map.groupBy(rules, ({ code }) => code)
  const hops = [...byCode].map(([code, own]) => [code, [...new Set(own.map(({ hop }) => hop))]])
  const single = hops.filter(
    ([code, own]) => own!.length === 1 && !several.includes(code as (typeof several)[number])
  )
  expect(single.length).toBeGreaterThan(8)
  const byItself = single.map(([code]) => [code, [hopOf(code as (typeof several)[number])]])
  expect(byItself).toEqual(single)
})
