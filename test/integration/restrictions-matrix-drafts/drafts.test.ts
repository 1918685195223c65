import { effort, fc } from '../../support/generated-inputs.js'
import { type Case, CONDITIONS, draftCase } from './cases.js'
import { edit } from './edit.js'
import { serveDrafts, type ServedDrafts } from './served-drafts.js'

let drafts: ServedDrafts
beforeAll(async () => {
  drafts = await serveDrafts(CONDITIONS)
})
afterAll(() => drafts.stop())

function textOf({ editor, row, steps }: Case, difference: object): string {
  const { condition, subject, ...roles } = editor
  return JSON.stringify(
    { where: condition.cds, attr: subject.attr, ...roles, row: row.ID, steps, difference },
    null,
    1
  )
}

test('a draft shows what its editor may read, and becomes what he may write', async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(draftCase, async (one) => {
      const outcome = await edit(drafts, one)
      if (typeof outcome === 'object') throw new Error(textOf(one, outcome))
      outcomes.add(outcome)
    }),
    { numRuns: effort(40) }
  )
  expect([...outcomes].sort()).toEqual(['activated', 'not activated', 'not edited'])
})
