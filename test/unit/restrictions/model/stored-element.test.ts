import { storedElement } from '../../../../src/restrictions/model/stored-element.js'
import { definitionIn, modelOf } from '../support/model.js'

const model = modelOf(`
entity db.Orders { key ID : Integer; plant : String; at { place : String; }; virtual shown : String;
  calculated : String = plant || '!'; changed : Timestamp @cds.on.update: $now; site : Association to db.Sites;
  tags : array of String; }
entity db.Sites { key ID : Integer; name : String; plant : String; }
service S {
  entity Orders as projection on db.Orders;
  entity Renamed as projection on db.Orders { ID, plant as werk, site.name as site, toupper(plant) as upper,
    (plant || 'x') as longer, shown, calculated };
  entity Twice as projection on Renamed { ID, werk as plant };
  entity Starred as select from db.Orders { *, plant as werk };
  entity Joined as select from db.Orders as o join db.Sites as s on s.ID = o.ID { o.ID, o.plant };
  entity Aliased as select from db.Orders as plant { plant.ID as number, ID };
  entity Deep as projection on db.Orders { ID, site.plant, site.name, 'x' as text : String };
  entity Both as select from db.Orders { ID, plant } union all select from db.Orders { ID, plant };
  entity Path as select from db.Orders:site { ID, name };
}`)

test.each<[string, string, string | undefined]>([
  ['db.Orders', 'plant', 'db.Orders/plant'],
  ['db.Orders', 'at_place', 'db.Orders/at_place'],
  ['db.Orders', 'site_ID', 'db.Orders/site_ID'],
  ['db.Orders', 'site', undefined],
  ['db.Orders', 'shown', undefined],
  ['db.Orders', 'calculated', undefined],
  ['db.Orders', 'changed', undefined],
  ['db.Orders', 'other', undefined],
  ['S.Orders', 'plant', 'db.Orders/plant'],
  ['S.Orders', 'changed', undefined],
  ['S.Renamed', 'werk', 'db.Orders/plant'],
  ['S.Renamed', 'ID', 'db.Orders/ID'],
  ['S.Renamed', 'plant', undefined],
  ['S.Renamed', 'site', undefined],
  ['S.Renamed', 'upper', undefined],
  ['S.Renamed', 'longer', undefined],
  ['S.Renamed', 'shown', undefined],
  ['S.Renamed', 'calculated', undefined],
  ['S.Twice', 'plant', 'db.Orders/plant'],
  ['S.Starred', 'werk', 'db.Orders/plant'],
  ['S.Starred', 'plant', 'db.Orders/plant'],
  ['S.Joined', 'plant', undefined],
  ['S.Path', 'name', undefined],
  ['S.Aliased', 'number', undefined],
  ['S.Aliased', 'ID', 'db.Orders/ID'],
  ['S.Deep', 'plant', undefined],
  ['S.Deep', 'name', undefined],
  ['S.Deep', 'text', undefined],
  ['S.Both', 'plant', undefined]
])('%s.%s is stored as %s', (entity, name, expected) => {
  expect(storedElement(definitionIn(model, entity), name)).toBe(expected)
})
