import { OWNERS, REGIONS, type Row, ROWS } from '../restrictions-matrix/fixture.js'

/** A record of a table. */
export type Stored = Readonly<Record<string, unknown>>

export type Type = 'text' | 'integer' | 'flag' | 'date'

/** What queries can say about an entity. */
export interface Shape {
  readonly elements: Readonly<Record<string, Type>>
  readonly toOne: Readonly<Record<string, string>>
  readonly toMany: Readonly<Record<string, string>>
  /** Elements that name one record. */
  readonly key: readonly string[]
}

/** Rows with an owner and parts of every kind, and records of nobody that lead to all of them. */
export const TABLES = `
entity db.Rows {
  key ID : Integer; country : String; level : Integer; flag : Boolean; since : Date;
  owner : Association to db.Owners; next : Association to db.Rows; links : Association to many db.Links on links.row = $self;
  items : Composition of many db.Items on items.row = $self;
  lines : Composition of many { key pos : Integer; text : String; };
  keyed : Composition of many db.Keyed on keyed.whole = $self;
  compared : Composition of many db.Compared on compared.rowID = ID;
  header : Composition of one db.Headers;
}
entity db.Lines as projection on db.Rows.lines;
entity db.Owners { key ID : Integer; country : String; region : Association to db.Regions;
  rows : Association to many db.Rows on rows.owner = $self; }
entity db.Regions { key ID : Integer; name : String;
  owners : Association to many db.Owners on owners.region = $self; }
entity db.Items { key ID : Integer; row : Association to db.Rows; tag : String; weight : Integer;
  subs : Composition of many db.Subs on subs.item = $self; }
entity db.Subs { key ID : Integer; item : Association to db.Items; text : String; }
entity db.Keyed { key ID : Integer; key whole : Association to db.Rows; text : String; }
entity db.Compared { key ID : Integer; rowID : Integer; text : String; }
entity db.Headers { key ID : Integer; text : String; }
entity db.Links { key ID : Integer; name : String; row : Association to db.Rows; header : Association to db.Headers;
  item : Association to db.Items; sub : Association to db.Subs; line : Association to db.Rows.lines;
  part : Association to db.Keyed; other : Association to db.Compared; }
`

const ofPart: Shape['elements'] = { ID: 'integer', text: 'text' }

/** The same for generators. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  Rows: {
    elements: {
      ID: 'integer',
      country: 'text',
      level: 'integer',
      flag: 'flag',
      since: 'date',
      owner_ID: 'integer'
    },
    toOne: { owner: 'Owners', header: 'Headers', next: 'Rows' },
    toMany: {
      links: 'Links',
      items: 'Items',
      lines: 'Lines',
      keyed: 'Keyed',
      compared: 'Compared'
    },
    key: ['ID']
  },
  Owners: {
    elements: { ID: 'integer', country: 'text' },
    toOne: { region: 'Regions' },
    toMany: { rows: 'Rows' },
    key: ['ID']
  },
  Regions: {
    elements: { ID: 'integer', name: 'text' },
    toOne: {},
    toMany: { owners: 'Owners' },
    key: ['ID']
  },
  Links: {
    elements: { ID: 'integer', name: 'text', row_ID: 'integer' },
    toOne: {
      row: 'Rows',
      header: 'Headers',
      item: 'Items',
      sub: 'Subs',
      line: 'Lines',
      part: 'Keyed',
      other: 'Compared'
    },
    toMany: {},
    key: ['ID']
  },
  Items: {
    elements: { ID: 'integer', tag: 'text', weight: 'integer' },
    toOne: { row: 'Rows' },
    toMany: { subs: 'Subs' },
    key: ['ID']
  },
  Subs: { elements: ofPart, toOne: { item: 'Items' }, toMany: {}, key: ['ID'] },
  Lines: {
    elements: { up__ID: 'integer', pos: 'integer', text: 'text' },
    toOne: { up_: 'Rows' },
    toMany: {},
    key: ['up__ID', 'pos']
  },
  Keyed: {
    elements: { ...ofPart, whole_ID: 'integer' },
    toOne: { whole: 'Rows' },
    toMany: {},
    key: ['ID', 'whole_ID']
  },
  Compared: { elements: { ...ofPart, rowID: 'integer' }, toOne: {}, toMany: {}, key: ['ID'] },
  Headers: { elements: ofPart, toOne: {}, toMany: {}, key: ['ID'] }
}

const KEYS = new Set(Object.values(SHAPES).flatMap(({ key }) => key))

/** True for the name of an element that is part of a key somewhere. */
export function isKeyName(name: string): boolean {
  return KEYS.has(name)
}

/** Entities that queries can begin at: the others are parts that nobody has exposed. */
export const EXPOSED = ['Rows', 'Owners', 'Regions', 'Links', 'Lines']

const itemsOf = ({ ID, items }: Row) =>
  items.map((item, index) => ({ ID: ID * 10 + index, row_ID: ID, ...item }))

/** Texts that only a part of that row has. */
const part = ({ ID }: Row) => ({ ID, text: `part ${String(ID)}` })

/** What the tables hold, if there are these rows and these owners only. */
export function tablesWith(
  rows: readonly Row[],
  owners: readonly Stored[]
): Record<string, Stored[]> {
  const all = <T>(records: (row: Row) => T[]) => rows.flatMap(records)
  return {
    Regions: REGIONS,
    Owners: [...owners],
    Rows: rows.map(asStored),
    Items: all(itemsOf),
    Subs: all(itemsOf).map(({ ID }) => ({ ID, item_ID: ID, text: `sub ${String(ID)}` })),
    'Rows.lines': rows.map((row) => ({ up__ID: row.ID, pos: 1, text: part(row).text })),
    Keyed: rows.map((row) => ({ ...part(row), whole_ID: row.ID })),
    Compared: rows.map((row) => ({ ...part(row), rowID: row.ID })),
    Headers: rows.map(part),
    Links: LINKS
  }
}

function asStored({ ID, country, level, flag, since, owner }: Row): Stored {
  const owner_ID = OWNERS.find((each) => each.country === owner?.country)?.ID ?? null
  return {
    ID,
    country,
    level,
    flag,
    since,
    owner_ID,
    header_ID: ID,
    next_ID: (ID % ROWS.length) + 1
  }
}

/** One for each row, two more for some, one to no row, and one to a row that there never was. */
const LINKS: Stored[] = [...ROWS.map(({ ID }) => ID), 1, 2, null, 99].map((row, index) => ({
  ID: index + 1,
  name: `to ${String(row)}`,
  row_ID: row,
  header_ID: row,
  item_ID: row && row * 10,
  sub_ID: row && row * 10,
  line_up__ID: row,
  line_pos: row && 1,
  part_ID: row,
  part_whole_ID: row,
  other_ID: row
}))
