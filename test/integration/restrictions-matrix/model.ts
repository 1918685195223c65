import { STATIC_CONDITIONS } from './conditions.js'
import type { Condition } from './leaves.js'

/** Conditions of one entity. More would be slow: CAP looks at each for every request. */
const GROUP = 25

/** The entity with a condition, and the role that it is granted to. */
export function placeOf(index: number): { entity: string; role: string } {
  return { entity: `S.Rows${Math.floor(index / GROUP)}`, role: `c${index % GROUP}` }
}

/** Every condition is granted to a role of its own: `c0`, `c1`, … */
function restrictions(conditions: Condition[], grant?: string[]): string {
  const grants = grant ? `grant: [${grant.map((event) => `'${event}'`).join(', ')}], ` : ''
  const entries = conditions.map(
    ({ cds }, index) => `{ ${grants}to: 'c${index}', where: (${cds}) }`
  )
  return entries.join(',\n  ')
}

function entity(conditions: Condition[], index: number): string {
  return `
  @cds.redirection.target: ${index === 0}
  @restrict: [ ${restrictions(conditions, ['READ', 'UPDATE', 'DELETE', 'touch'])} ]
  entity Rows${index} as projection on db.Rows actions { action touch() returns String; };`
}

/** A service with an entity for every few conditions. */
export function modelOf(conditions: Condition[]): string {
  const groups = Array.from({ length: Math.ceil(conditions.length / GROUP) }, (_, index) =>
    conditions.slice(index * GROUP, (index + 1) * GROUP)
  )
  return `
entity db.Rows {
  key ID : Integer; country : String; level : Integer; flag : Boolean; since : Date; remark : String;
  owner : Association to db.Owners;
  items : Composition of many db.Items on items.row = $self;
}
entity db.Owners { key ID : Integer; country : String; }
entity db.Items { key ID : Integer; row : Association to db.Rows; tag : String; weight : Integer; }

service S {
  ${groups.map(entity).join('')}
  @cds.redirection.target: false
  @restrict: [ ${restrictions(STATIC_CONDITIONS, ['CREATE', 'reset'])} ]
  entity New as select from db.Rows { ID, country } actions {
    action reset(rows : many $self) returns String;
  };
  entity Owners as projection on db.Owners;
  entity Items as projection on db.Items;
  @restrict: [ ${restrictions(STATIC_CONDITIONS)} ]
  action start() returns String;
}`
}
