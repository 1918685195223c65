import { type Item, OWNERS, type Row, ROWS } from '../restrictions-matrix/fixture.js'
import type { Answer } from '../restrictions-http/served-over-http.js'
import type { Case, Step } from './cases.js'
import { ITEM_ROLES } from './items.js'
import { type Editor, isReadable, itemID, type ServedDrafts, storedRow } from './served-drafts.js'

/** An item with its key; new ones are in no row yet. */
interface Keyed {
  readonly ID: number
  readonly item: Item
}

/** A draft as its editor sees it. */
interface Draft {
  readonly values: Row
  readonly items: readonly Keyed[]
}

type Difference = object | undefined

/** How it ended, or what was not as it should be. */
export type Outcome = 'not edited' | 'not activated' | 'activated' | object

/** Edits a record, does the steps, and activates it; compares each answer, and what is stored at last. */
export async function edit(drafts: ServedDrafts, { editor, row, steps }: Case): Promise<Outcome> {
  await drafts.reset(editor)
  const before = await drafts.stored()
  const active = `Rows(ID=${String(row.ID)},IsActiveEntity=true)`
  const edited = await drafts.send(editor, 'POST', `${active}/@.draftEdit`, {})
  // a draft has all parts: without a role for them there is none
  const mayEdit = mayWrite(row, editor) && editor.itemRole !== 'none'
  const expected = mayEdit ? 201 : isReadable(row, editor) ? 403 : 404
  if (edited.status !== expected) return { step: 'edit', expected, actual: edited }
  if (expected !== 201) return (await changes(drafts, before)) ?? 'not edited'
  await drafts.expected(editor, 'POST', `${active}/@.draftEdit`, {})
  let draft: Draft = {
    values: row,
    items: itemsOf(row).filter(({ item }) => may('READ', item, row, editor))
  }
  for (const step of steps) {
    const difference = await compareStep(drafts, editor, row, draft, step)
    if (difference) return { ...difference, step }
    draft = after(draft, step, editor)
  }
  return activate(drafts, editor, row, draft, before)
}

function itemsOf(row: Row): Keyed[] {
  return row.items.map((item, index) => ({ ID: itemID(row, index), item }))
}

function mayWrite(row: Row, { condition, subject }: Editor): boolean {
  return condition.holds(row, subject) === true
}

/** A condition without `$user` is about what a record was. */
function mayBecome(row: Row, editor: Editor): boolean {
  return !editor.condition.cds.includes('$user') || mayWrite(row, editor)
}

function may(event: string, item: Item, row: Row, { itemRole, subject }: Editor): boolean {
  return ITEM_ROLES[itemRole]?.may(event, item, row, subject) ?? false
}

const NEW = 9000

function after(draft: Draft, step: Step, { itemRole }: Editor): Draft {
  const { items } = draft
  switch (step.kind) {
    case 'change':
      return { ...draft, values: { ...draft.values, ...step.values } }
    case 'add item':
      if (itemRole === 'look') return draft
      return { ...draft, items: [...items, { ID: NEW + items.length, item: step.item }] }
    case 'remove item':
      return { ...draft, items: items.filter((_, index) => index !== step.index) }
    case 'change item':
      return {
        ...draft,
        items: items.map(({ ID, item }, index) =>
          index === step.index ? { ID, item: { ...item, ...step.values } } : { ID, item }
        )
      }
    default:
      return draft
  }
}

/** The same step where there is nothing but what the editor may read has the same answer. */
async function compareStep(
  drafts: ServedDrafts,
  editor: Editor,
  row: Row,
  { items }: Draft,
  step: Step
): Promise<Difference> {
  const request = requestOf(row, items, step)
  if (!request) return undefined
  const [method, path, data] = request
  const actual = await drafts.send(editor, method, path, data)
  const isRefused =
    (editor.ownerRole === 'none' && path.includes('owner')) ||
    (step.kind === 'add item' &&
      !may('CREATE', step.item, row, editor) &&
      editor.itemRole === 'look')
  if (isRefused) return actual.status === 403 ? undefined : { expected: 403, actual }
  const expected = await drafts.expected(editor, method, path, data)
  return textOf(actual) === textOf(expected) ? undefined : { expected, actual }
}

function requestOf(
  row: Row,
  items: readonly Keyed[],
  step: Step
): [method: string, path: string, data?: object] | undefined {
  const draft = `Rows(ID=${String(row.ID)},IsActiveEntity=false)`
  const itemAt = (index: number) =>
    items[index] && `Items(ID=${String(items[index].ID)},IsActiveEntity=false)`
  switch (step.kind) {
    case 'read':
      return ['GET', step.path.replace('%', String(row.ID))]
    case 'change':
      return ['PATCH', draft, written(step.values)]
    case 'add item':
      return ['POST', `${draft}/items`, { ID: NEW + items.length, ...step.item }]
    default: {
      const path = itemAt(step.index)
      if (path === undefined) return undefined
      return step.kind === 'remove item' ? ['DELETE', path] : ['PATCH', path, step.values]
    }
  }
}

function written({ owner, ...values }: Partial<Row>): object {
  if (owner === undefined) return values
  return { ...values, owner_ID: OWNERS.find((each) => each.country === owner?.country)?.ID ?? null }
}

function textOf({ status, body }: Answer): string {
  return JSON.stringify([status, body], (name, value: unknown) =>
    name === '@odata.context' || name.endsWith('DraftUUID') ? undefined : value
  )
}

/** What is written counts as for any other write, with what is created, changed and deleted below. */
async function activate(
  drafts: ServedDrafts,
  editor: Editor,
  row: Row,
  { values, items }: Draft,
  before: unknown
): Promise<Outcome> {
  const result: Row = { ...values, items: items.map(({ item }) => item) }
  const olds = new Map(itemsOf(row).map(({ ID, item }) => [ID, item]))
  const kept = new Set(items.map(({ ID }) => ID))
  const isPermitted =
    mayWrite(row, editor) &&
    mayBecome(result, editor) &&
    items.every(({ ID, item }) => {
      const old = olds.get(ID)
      if (!old) return may('CREATE', item, result, editor)
      const isSame = old.tag === item.tag && old.weight === item.weight
      return isSame || (may('UPDATE', old, row, editor) && may('UPDATE', item, result, editor))
    }) &&
    [...olds].every(([ID, item]) => kept.has(ID) || may('DELETE', item, row, editor))
  const path = `Rows(ID=${String(row.ID)},IsActiveEntity=false)/@.draftActivate`
  const { status, body } = await drafts.send(editor, 'POST', path, {})
  // what he does not see any more is not in the answer
  const expected = !isPermitted ? 403 : isReadable(result, editor) ? 200 : 204
  if (status !== expected) return { step: 'activate', expected, actual: { status, body } }
  if (!isPermitted) return (await changes(drafts, before)) ?? 'not activated'
  const wanted = [
    ROWS.map((each) => storedRow(each.ID === row.ID ? result : each)),
    ROWS.flatMap((each) =>
      (each.ID === row.ID ? items : itemsOf(each)).map(({ ID, item }) => ({
        ID,
        row_ID: each.ID,
        ...item
      }))
    ).sort((a, b) => a.ID - b.ID)
  ]
  return (await changes(drafts, wanted)) ?? 'activated'
}

/** What is stored, if it is something else. */
async function changes(drafts: ServedDrafts, expected: unknown): Promise<Difference> {
  const stored = await drafts.stored()
  return sameRecords(stored, expected) ? undefined : { step: 'stored', expected, actual: stored }
}

function sameRecords(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
