import { normalized } from '../support/normalized.js'

describe('what has no normal form says why, and what instead', () => {
  test.each<[string, string, string]>([
    [
      'level || $user.x = level',
      'it mixes $user and an element in one operand',
      'put the element on one side of the comparison and $user.<attribute> on the other, and filters of associations into "exists"'
    ],
    [
      '$user.x between level and 5',
      '$user between elements: with several values, one and the same would have to fit both',
      'write element <= $user.<attribute> and element >= $user.<attribute>, where different values may fit'
    ],
    [
      '$user.x like name',
      '$user as the text of like, and an element as the pattern',
      'the other way round: the element first, $user.<attribute> as the pattern'
    ],
    [
      'contains($user.x, name)',
      '$user as the text of contains, and an element as the pattern',
      'the other way round: the element first, $user.<attribute> as the pattern'
    ],
    [
      "name || $user.x like 'a'",
      '$user as the text of like, and an element as the pattern',
      'the other way round: the element first, $user.<attribute> as the pattern'
    ],
    [
      'name || $user.x = $user.y',
      'it mixes $user and an element in one operand',
      'put the element on one side of the comparison and $user.<attribute> on the other, and filters of associations into "exists"'
    ],
    [
      'contains(name) and level = $user.x or startswith($user.x) and level = 1 or endswith(name || $user.x)',
      'endswith() with $user as a condition',
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    ],
    [
      'like(name, $user.x)',
      'like() with $user as a condition',
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    ],
    [
      'matchesPattern(name, $user.x)',
      'matchesPattern() with $user as a condition',
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    ],
    [
      'contains(name)  and level = $user.x and round($user.x + level)',
      'round() with $user as a condition',
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    ],
    [
      'level + $user.x',
      'an expression with $user as a condition',
      'use startswith, endswith or contains, with $user.<attribute> as the second argument'
    ],
    [
      'level + $user.x is null',
      '"is null" of something calculated with $user',
      'ask for $user.<attribute> is null, or for an element'
    ],
    [
      'ID not in (select row_ID from Items where tag = $user.x)',
      '"not in" a subquery with $user',
      'write "not exists" with a filter'
    ],
    [
      'ID in (select $user.x from Items where tag = name)',
      'a subquery with $user elsewhere than in its "where"',
      'write "exists" with a path and a filter'
    ],
    [
      'ID in (select ID from Items:row where name = $user.x)',
      'a subquery with $user elsewhere than in its "where"',
      'write "exists" with a path and a filter'
    ],
    [
      '$user.x || ID in (select row_ID from Items where tag = name)',
      'it mixes $user and an element in one operand',
      'put the element on one side of the comparison and $user.<attribute> on the other, and filters of associations into "exists"'
    ],
    [
      'level = $user.x + 1',
      'it calculates with $user',
      "compare an element with $user.<attribute>, or with tolower, lower, toupper, upper, trim of it, and keep the rest on the element's side"
    ],
    [
      'exists items[tag = $self.name and tag = $user.x]',
      '$self in a filter with $user',
      'compare elements of the records that are filtered'
    ],
    [
      'site = $user.x',
      '"site" has no type that values of a user can be compared with',
      'compare $user with an element of a scalar type'
    ],
    ['other = $user.x', 'there is no element "other"', 'compare $user with an element'],
    [
      'soundex(name) = $user.x',
      '"soundex" has no type that values of a user can be compared with',
      'compare $user with an element of a scalar type'
    ],
    [
      'level ? 1 = $user.x',
      'the type of a calculation is not known',
      'compare $user with an element'
    ]
  ])('%s', (condition, reason, advice) => {
    const tokens = condition.includes('?')
      ? [{ ref: ['level'] }, '%', { val: 1 }, '=', { ref: ['$user', 'x'] }]
      : condition
    expect(() => normalized(tokens)).toThrow(expect.objectContaining({ reason, advice }))
  })
})

test('a subquery of nothing, or with $user and without a "where", is refused', () => {
  const ofUser = { ref: ['$user', 'x'] }
  const columns = [ofUser]
  for (const SELECT of [
    { where: [ofUser, '=', { ref: ['a'] }] },
    { from: { ref: ['Items'] }, columns }
  ])
    expect(() => normalized(['exists', { SELECT }])).toThrow(
      'a subquery with $user elsewhere than in its "where"'
    )
})
