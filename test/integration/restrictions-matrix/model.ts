import { STATIC_CONDITIONS } from './conditions.js'
import type { Condition } from './leaves.js'

/** Conditions of one entity. More would be slow: CAP looks at each for every request. */
const GROUP = 25

/** The entity with a condition, and the role that it is granted to. */
export function placeOf(index: number): { entity: string; folders: string; role: string } {
  const group = Math.floor(index / GROUP)
  return { entity: `S.Rows${group}`, folders: `S.Folders${group}`, role: `c${index % GROUP}` }
}

/** Every condition is granted to a role of its own: `c0`, `c1`, … */
export function restrictions(conditions: Condition[], grant?: string[]): string {
  const grants = grant ? `grant: [${grant.map((event) => `'${event}'`).join(', ')}], ` : ''
  const entries = conditions.map(
    ({ cds }, index) => `{ ${grants}to: 'c${index}', where: (${cds}) }`
  )
  return entries.join(',\n  ')
}

function entity(conditions: Condition[], index: number): string {
  return `
  @cds.redirection.target: ${index === 0}
  @restrict: [ ${restrictions(conditions, ['READ'])} ]
  entity Rows${index} as projection on db.Rows;`
}

/** The rows, and what they are associated with. */
export const DATABASE = `
entity db.Rows {
  key ID : Integer; country : String; level : Integer; flag : Boolean; since : Date; remark : String;
  owner : Association to db.Owners; folder : Integer;
  items : Composition of many db.Items on items.row = $self;
}
entity db.Owners { key ID : Integer; country : String; region : Association to db.Regions; }
entity db.Regions { key ID : Integer; name : String; }
entity db.Items { key ID : Integer; row : Association to db.Rows; tag : String; weight : Integer; }
entity db.Folders { key ID : Integer; rows : Composition of many db.Rows on rows.folder = ID; }
`

/** The conditions of each entity. */
export function grouped(conditions: Condition[]): Condition[][] {
  return Array.from({ length: Math.ceil(conditions.length / GROUP) }, (_, index) =>
    conditions.slice(index * GROUP, (index + 1) * GROUP)
  )
}

/** A service with an entity for every few conditions. */
export function modelOf(conditions: Condition[]): string {
  return `${DATABASE}
service S {
  ${grouped(conditions).map(entity).join('')}
  @cds.redirection.target: false
  @restrict: [ ${restrictions(STATIC_CONDITIONS, ['CREATE', 'reset'])} ]
  entity New as select from db.Rows { ID, country } actions {
    action reset(rows : many $self) returns String;
  };
  entity Owners as projection on db.Owners;
  entity Regions as projection on db.Regions;
  entity Items as projection on db.Items;
  @restrict: [ ${restrictions(STATIC_CONDITIONS)} ]
  action start() returns String;
}`
}
