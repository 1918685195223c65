import { warnOfMisspeltAttributes } from '../../../src/development/misspelt-attributes.js'
import { logWarning } from '../../../src/lib/log.js'

jest.mock('../../../src/lib/log.js')
beforeEach(() => jest.mocked(logWarning).mockClear())

const OF_USER =
  '"plnt" in "attr" of a user in cds.requires.auth.users is an attribute that no condition asks for'
const DID_YOU_MEAN = `${OF_USER}: did you mean "plant"?`
const ONE_OF_TWO = `${OF_USER}, and conditions ask for "plant", which no user has: correct one of the two`

test.each<[string, string[], object, string[]]>([
  ['no token can have', ['plnt'], {}, [DID_YOU_MEAN]],
  ['other users have as the model has it', [], { carol: { attr: { plant: [] } } }, [DID_YOU_MEAN]],
  ['tokens can have, and not that of the model', ['plant'], {}, []],
  ['may be right, as far as is known', [], {}, [ONE_OF_TWO]],
  ['no token can have, and not that of the model either', ['plnt', 'plant'], {}, [ONE_OF_TWO]]
])('a name near to one of a condition, which %s', (_, unknown, others, warnings) => {
  const users = { alice: { attr: { plnt: ['1010'] } }, bob: { attr: { plnt: [], other: [] } } }
  warnOfMisspeltAttributes({ ...users, ...others }, ['plant'], (names) =>
    names.filter((name) => unknown.includes(name))
  )
  expect(jest.mocked(logWarning).mock.calls.flat()).toEqual(warnings)
})

test.each<[string, Parameters<typeof warnOfMisspeltAttributes>[0], string[]]>([
  ['it is asked for', { alice: { attr: { plant: [] } } }, ['plant']],
  ['both are asked for', { alice: { attr: { plnt: [] } } }, ['plant', 'plnt']],
  ['it is near to none', { alice: { attr: { country: [] } } }, ['plant']],
  ['no condition asks', { alice: { attr: { plnt: [] } } }, []],
  ['users have none', { alice: {}, bob: 'x', carol: false }, ['plant']],
  ['there are no users', undefined, ['plant']]
])('no warning where %s', (_, users, asked) => {
  warnOfMisspeltAttributes(users, asked, () => [])
  expect(logWarning).not.toHaveBeenCalled()
})
