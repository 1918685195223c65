import { warnOfMisspeltAttributes } from '../../../src/development/misspelt-attributes.js'
import { logWarning } from '../../../src/lib/log.js'

jest.mock('../../../src/lib/log.js')
beforeEach(() => jest.mocked(logWarning).mockClear())

test('one warning for a name that is near to one that a condition asks for, without the user', () => {
  const users = { alice: { attr: { plnt: ['1010'] } }, bob: { attr: { plnt: [], other: [] } } }
  warnOfMisspeltAttributes(users, ['plant'])
  expect(jest.mocked(logWarning).mock.calls).toEqual([
    [
      '"plnt" in "attr" of a user in cds.requires.auth.users is an attribute that no condition asks for: did you mean "plant"?'
    ]
  ])
})

test.each<[string, Parameters<typeof warnOfMisspeltAttributes>[0], string[]]>([
  ['it is asked for', { alice: { attr: { plant: [] } } }, ['plant']],
  ['both are asked for', { alice: { attr: { plnt: [] } } }, ['plant', 'plnt']],
  ['it is near to none', { alice: { attr: { country: [] } } }, ['plant']],
  ['no condition asks', { alice: { attr: { plnt: [] } } }, []],
  ['users have none', { alice: {}, bob: 'x', carol: false }, ['plant']],
  ['there are no users', undefined, ['plant']]
])('no warning where %s', (_, users, asked) => {
  warnOfMisspeltAttributes(users, asked)
  expect(logWarning).not.toHaveBeenCalled()
})
