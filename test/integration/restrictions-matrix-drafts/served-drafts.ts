import cds from '@sap/cds'

import { type Answer, type Caller, serveOverHttp } from '../restrictions-http/served-over-http.js'
import {
  type Item,
  OWNERS,
  REGIONS,
  type Row,
  ROWS,
  type Subject
} from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { OWNER_RESTRICTIONS, visibleOwners } from '../restrictions-matrix-queries/owners.js'
import type { Stored } from '../restrictions-matrix-queries/world.js'
import { ITEM_RESTRICTIONS, ITEM_ROLES } from './items.js'

/** Somebody who edits rows. */
export interface Editor {
  readonly subject: Subject
  readonly condition: Condition
  /** True if he may read all rows, and the condition is for what he changes only. */
  readonly readsAll: boolean
  readonly ownerRole: string
  readonly itemRole: string
}

const TABLES = `
entity db.Rows {
  key ID : Integer; country : String; level : Integer; flag : Boolean; since : Date;
  owner : Association to db.Owners; items : Composition of many db.Items on items.row = $self;
  lines : Composition of many { key pos : Integer; text : String; };
}
entity db.Items { key ID : Integer; row : Association to db.Rows; tag : String; weight : Integer; }
entity db.Owners { key ID : Integer; country : String; region : Association to db.Regions;
  rows : Association to many db.Rows on rows.owner = $self; }
entity db.Regions { key ID : Integer; name : String; }
`

function service(conditions: readonly Condition[]): string {
  const rows = conditions.flatMap(({ cds }, index) => [
    `{ grant: '*', to: 'c${String(index)}', where: (${cds}) }`,
    `{ grant: ['CREATE', 'UPDATE', 'DELETE'], to: 'w${String(index)}', where: (${cds}) }`
  ])
  return `
service S @(path: '/s') {
  @odata.draft.enabled
  @restrict: [ ${rows.join(',\n    ')}, { grant: 'READ', to: 'reader' } ]
  entity Rows as projection on db.Rows;
  @restrict: [ ${ITEM_RESTRICTIONS} ]
  entity Items as projection on db.Items;
  @restrict: [ ${OWNER_RESTRICTIONS} ]
  entity Owners as projection on db.Owners;
  entity Regions as projection on db.Regions;
}`
}

/** The same without any restriction, for what somebody may read. */
const SEEN = `
${TABLES.replaceAll('db.', 'seen.')}
service T @(path: '/t') {
  @odata.draft.enabled entity Rows as projection on seen.Rows;
  entity Items as projection on seen.Items;
  entity Owners as projection on seen.Owners;
  entity Regions as projection on seen.Regions;
}`

/** A service with drafts, and one with nothing but what somebody may read. */
export interface ServedDrafts {
  /** The same request to both. `@` in a path stands for the name of the service. */
  send(editor: Editor, method: string, path: string, data?: object): Promise<Answer>
  expected(editor: Editor, method: string, path: string, data?: object): Promise<Answer>
  /** Makes the records as they are at first, and no draft. */
  reset(editor: Editor): Promise<void>
  stored(): Promise<unknown>
  stop(): Promise<void>
}

export async function serveDrafts(conditions: readonly Condition[]): Promise<ServedDrafts> {
  const app = await serveOverHttp(TABLES + SEEN + service(conditions), undefined, ['T'])
  const callerOf = (editor: Editor): Caller => {
    const { subject, condition, readsAll, ownerRole, itemRole } = editor
    const index = String(conditions.indexOf(condition))
    const roles = [...(readsAll ? ['reader', `w${index}`] : [`c${index}`]), ownerRole]
    return { id: subject.id, attr: subject.attr, roles: [...roles, `items-${itemRole}`] }
  }
  const send = (editor: Editor, method: string, path: string, data?: object) =>
    app.send(callerOf(editor), method, encodeURI(path), data)
  return {
    send: (editor, method, path, data) => send(editor, method, path.replace('@', 'S'), data),
    expected: (editor, method, path, data) =>
      send(editor, method, `../t/${path.replace('@', 'T')}`, data),
    reset: async (editor) => {
      await clear()
      await fill('db', OWNERS)
      await fillSeen(editor)
    },
    stored: async () => {
      const [rows, items] = [SELECT.from('db.Rows'), SELECT.from('db.Items')]
      return [await cds.run(rows.orderBy('ID')), await cds.run(items.orderBy('ID'))]
    },
    stop: () => app.stop()
  }
}

/** Which rows somebody may read. */
export function isReadable(row: Row, { readsAll, condition, subject }: Editor): boolean {
  return readsAll || condition.holds(row, subject) === true
}

async function fillSeen(editor: Editor): Promise<void> {
  const { subject, ownerRole, itemRole } = editor
  const owners = visibleOwners(ownerRole, subject)
  await fill(
    'seen',
    owners,
    (row) => isReadable(row, editor),
    (item, row) => ITEM_ROLES[itemRole]?.may('READ', item, row, subject) ?? false
  )
}

/** The key of an item of a row. */
export const itemID = ({ ID }: Row, index: number) => ID * 10 + index

/** Items are records with restrictions of their own: some are of rows that are not there. */
async function fill(
  namespace: string,
  owners: readonly Stored[],
  hasRow: (row: Row) => boolean = () => true,
  hasItem: (item: Item, row: Row) => boolean = () => true
): Promise<void> {
  const rows = ROWS.filter(hasRow)
  const items = ROWS.flatMap((row) =>
    row.items.flatMap((item, index) =>
      hasItem(item, row) ? { ID: itemID(row, index), row_ID: row.ID, ...item } : []
    )
  )
  const tables: Record<string, readonly object[]> = {
    Regions: REGIONS,
    Owners: owners,
    Rows: rows.map(storedRow),
    'Rows.lines': rows.map(({ ID }) => ({ up__ID: ID, pos: 1, text: `line ${String(ID)}` })),
    Items: items
  }
  for (const [name, records] of Object.entries(tables)) {
    await cds.run(DELETE.from(`${namespace}.${name}`))
    if (records.length)
      await cds.run(INSERT.into(`${namespace}.${name}`).entries(records as object[]))
  }
}

/** A row as the table has it. */
export function storedRow({ ID, country, level, flag, since, owner }: Row): object {
  const owner_ID = OWNERS.find((each) => each.country === owner?.country)?.ID ?? null
  return { ID, country, level, flag, since, owner_ID }
}

async function clear(): Promise<void> {
  for (const name of ['Rows', 'Items', 'Rows.lines'])
    for (const service of ['S', 'T']) await cds.run(DELETE.from(`${service}.${name}.drafts`))
  await cds.run(DELETE.from('DRAFT.DraftAdministrativeData'))
}
