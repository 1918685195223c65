import { fc, sampled } from '../../support/generated-inputs.js'
import { NESTED, SINGLE } from '../restrictions-matrix/conditions.js'
import { type Item, type Row, ROWS } from '../restrictions-matrix/fixture.js'
import { SUBJECTS } from '../restrictions-matrix/served-rows.js'
import { OWNER_ROLES } from '../restrictions-matrix-queries/owners.js'
import { ITEM_ROLES } from './items.js'
import type { Editor } from './served-drafts.js'

/** Some of all conditions. */
export const CONDITIONS = sampled(
  [...SINGLE, ...NESTED.filter(({ cds }) => cds.includes('$user'))],
  0.012
)

/** What somebody does with a draft. Items are counted among those that he sees. */
export type Step =
  | { readonly kind: 'change'; readonly values: Partial<Row> }
  | { readonly kind: 'change item'; readonly index: number; readonly values: Partial<Item> }
  | { readonly kind: 'add item'; readonly item: Item }
  | { readonly kind: 'remove item'; readonly index: number }
  | { readonly kind: 'read'; readonly path: string }

/** A record that is edited, step by step, and activated. */
export interface Case {
  readonly editor: Editor
  readonly row: Row
  readonly steps: readonly Step[]
}

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

const attributes = SUBJECTS.map(([, { attr }]) => JSON.parse(JSON.stringify(attr)) as object)

const editor: fc.Arbitrary<Editor> = fc.record({
  subject: some(attributes).map((attr) => ({
    id: 'alice',
    tenant: undefined,
    attr: attr as Editor['subject']['attr']
  })),
  condition: some(CONDITIONS),
  readsAll: fc.boolean(),
  ownerRole: some([...OWNER_ROLES, 'none']),
  itemRole: some(Object.keys(ITEM_ROLES))
})

const DRAFT = 'Rows(ID=%,IsActiveEntity=false)'
const ALL = '$filter=IsActiveEntity eq false or SiblingEntity/IsActiveEntity eq null'

/** Paths to read; `%` stands for the key of the row. */
const READS = [
  DRAFT,
  `${DRAFT}?$expand=items,lines`,
  `${DRAFT}?$expand=owner($expand=region)`,
  `${DRAFT}?$expand=items($expand=row($expand=owner))`,
  `${DRAFT}/owner`,
  `${DRAFT}/items?$orderby=tag,ID`,
  `${DRAFT}/items?$filter=row/owner/country eq 'DE'`,
  `${DRAFT}/items/$count`,
  `${DRAFT}/lines`,
  `${DRAFT}/SiblingEntity?$expand=items,owner`,
  'Rows?$filter=IsActiveEntity eq false&$expand=items,owner',
  `Rows?${ALL}&$expand=items,owner&$orderby=ID`,
  `Rows?${ALL}&$orderby=owner/country,owner/region/name desc,ID`,
  `Rows?${ALL}&$orderby=owner/region/name,ID&$expand=owner`,
  `Rows?${ALL}&$count=true&$top=3&$orderby=owner/country desc,country,ID`,
  'Rows?$filter=IsActiveEntity eq true&$expand=items($expand=row),owner&$orderby=ID',
  "Rows?$filter=IsActiveEntity eq true and owner/region/name eq 'FR'&$orderby=ID",
  "Rows?$filter=IsActiveEntity eq true and items/any(i:i/tag eq 'DE')&$orderby=ID",
  'Items?$filter=IsActiveEntity eq false&$expand=row&$orderby=ID',
  'Items?$filter=IsActiveEntity eq true&$expand=row($expand=owner)&$orderby=row/owner/country,ID'
]

const values: fc.Arbitrary<Partial<Row>> = some(ROWS).chain((other) =>
  fc
    .subarray(['country', 'level', 'flag', 'since', 'owner'] as const, { minLength: 1 })
    .map((names) => Object.fromEntries(names.map((name) => [name, other[name]])) as Partial<Row>)
)

const tag = some(['DE', 'FR', 'US', '5', null])
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: values.map((each): Step => ({ kind: 'change', values: each })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(2), tag)
      .map(([index, each]): Step => ({ kind: 'change item', index, values: { tag: each } }))
  },
  {
    weight: 1,
    arbitrary: tag.map((each): Step => ({ kind: 'add item', item: { tag: each, weight: 1 } }))
  },
  { weight: 1, arbitrary: fc.nat(2).map((index): Step => ({ kind: 'remove item', index })) },
  { weight: 5, arbitrary: some(READS).map((path): Step => ({ kind: 'read', path })) }
)

export const draftCase: fc.Arbitrary<Case> = fc.record({
  editor,
  row: some(ROWS),
  steps: fc.array(step, { minLength: 1, maxLength: 5 })
})
