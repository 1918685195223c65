import { tokensOf } from '../../../../src/restrictions/model/compiled.js'
import type { Token } from '../../../../src/restrictions/condition/types.js'
import { normalize } from '../../../../src/restrictions/condition/normalize/normalize.js'
import { printCondition } from '../../../../src/restrictions/condition/print.js'
import { modelOf } from './model.js'
import type { Scope } from '../../../../src/restrictions/condition/normalize/scope.js'

export const { definitions } = modelOf(`
  entity Rows { key ID : Integer; name : String; level : Integer; since : Date; flag : Boolean;
    at { place : String; code : Integer; }; site : Association to Sites;
    items : Composition of many Items on items.row = $self; }
  entity Sites { key ID : Integer; key part : String; plant : String; level : Integer; region : Association to Regions; }
  entity Regions { key ID : Integer; name : String; }
  entity Items { key ID : Integer; row : Association to Rows; tag : String; weight : Integer; }`)

/** Normal form as text, and what is left of paths that no filter can have. */
export function normalized(condition: string | readonly Token[], changes: Partial<Scope> = {}) {
  const joins: string[] = []
  const scope: Scope = {
    ...{ entity: definitions['Rows'], remote: false },
    reference: ({ key }) => ({ ref: ['$user', key] }),
    onJoin: (tokens) => joins.push(printCondition(tokens)),
    definition: (name) => definitions[name],
    ...changes
  }
  const tokens = typeof condition === 'string' ? tokensOf(condition) : condition
  const text = printCondition(normalize(tokens, scope))
  return joins.length ? `${text} JOIN ${joins.join()}` : text
}
