import cds from '@sap/cds'

import type { Model } from '../../../../src/restrictions/model/definition.js'
import { usedNames } from '../../../../src/restrictions/names/used.js'

/** Roles and attributes of a model, with the place that asks for each. */
function names(cdl: string): string[] {
  const model = cds.compile(cdl) as unknown as Model
  return usedNames(model).map(({ kind, name, place, definition }) => {
    expect(definition).toBeDefined()
    return `${place}: ${kind} ${name}`
  })
}

test('roles of @requires and @restrict, each once', () => {
  expect(
    names(`@requires: ['A', 'B'] service S {
      @requires: 'C' @restrict: [{ to: 'D' }, { to: ['D', 'E'] }, { grant: 'READ' }]
      entity E { key ID : Integer } actions { @requires: 'F' action f(); @restrict: [{ to: 'G' }] action g(); };
      @requires: 'H' action h();
    }`)
  ).toEqual([
    'S: role A',
    'S: role B',
    'S.E: role C',
    'S.E: role D',
    'S.E: role E',
    'S.E.f: role F',
    'S.E.g: role G',
    'S.h: role H'
  ])
})

test('attributes of conditions, as text and as expressions', () => {
  expect(
    names(`service S {
      @restrict: [{ to: 'R', where: 'a = $user.x and $user.y is null' }, { where: (a in $user.x or exists b[a = $user.z]) }]
      entity E { key ID : Integer; a : String; b : Association to E }
    }`)
  ).toEqual(['S.E: role R', 'S.E: attribute x', 'S.E: attribute y', 'S.E: attribute z'])
})

test('attributes of views, and of calculated elements', () => {
  expect(
    names(`entity E { key ID : Integer; a : String; b : String = a || $user.calculated; }
      entity V as select from E { ID, $user.column as c } where a = $user.filter;`)
  ).toEqual(['E: attribute calculated', 'V: attribute column', 'V: attribute filter'])
})

test('nothing that every user has, and nothing where nothing is asked for', () => {
  expect(
    names(`service S {
      @restrict: [{ to: 'R', where: (a = $user or a = $user.id or a = $user.tenant) }]
      entity E { key ID : Integer; a : String; b : Association to E; }
      entity F { key ID : Integer } actions { action act(); };
    }`)
  ).toEqual(['S.E: role R'])
})

test('the language of a user is one of the database: views have it, and conditions do not', () => {
  expect(
    names(`service S {
      @restrict: [{ to: 'R', where: (a = $user.locale) }]
      entity E { key ID : Integer; a : String; }
      entity F { key ID : Integer; a : String; }
      entity V as select from F { ID, $user.locale as c : String } where a = $user.locale;
    }`)
  ).toEqual(['S.E: role R', 'S.E: attribute locale'])
})
