import type cds from '@sap/cds'

import type { Row } from '../restrictions-matrix/fixture.js'
import type { Condition } from '../restrictions-matrix/leaves.js'
import { DATABASE, grouped, restrictions } from '../restrictions-matrix/model.js'
import {
  type Database,
  serveFilled,
  type Service,
  stored
} from '../restrictions-matrix/served-rows.js'

/** As text: for actions that is the only way to write a condition on elements of their entity. */
function inText(conditions: Condition[]): string {
  return conditions
    .map(({ cds }, index) => `{ to: 'c${index}', where: '${cds.replaceAll("'", "''")}' }`)
    .join(',\n  ')
}

function entities(conditions: Condition[], index: number): string {
  const grants = ['READ', 'CREATE', 'UPDATE', 'UPSERT', 'DELETE', 'touch']
  return `
  @cds.redirection.target: ${index === 0}
  @restrict: [ ${restrictions(conditions, grants)} ]
  entity Rows${index} as projection on db.Rows actions {
    action touch() returns String;
    @restrict: [ ${inText(conditions)} ]
    action judge() returns String;
  };
  @cds.redirection.target: ${index === 0}
  entity Folders${index} as projection on db.Folders { *, rows : redirected to Rows${index} };`
}

/**
 * Serves rows that can be written, alone or as parts of a folder: every row is in a folder of its own, which has its ID.
 * Entities and roles are those of `placeOf`.
 */
export function serveWritable(conditions: Condition[], database?: Database): Promise<Service> {
  const model = `${DATABASE}
service S {
  ${grouped(conditions).map(entities).join('')}
  entity Owners as projection on db.Owners;
  entity Regions as projection on db.Regions;
  entity Items as projection on db.Items;
}`
  return serveFilled(model, 'S', actions, database)
}

function actions(this: cds.ApplicationService): void {
  this.on(['touch', 'judge'], () => 'done')
}

let lastItem = 1000

/** The row as it is written, with items that are new. */
export function written({ items, ...row }: Row): object {
  const fresh = items.map((item) => ({ ...item, ID: ++lastItem }))
  return { ...stored({ ...row, items: [] }), items: fresh }
}
