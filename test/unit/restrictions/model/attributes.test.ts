import { attributesFor } from '../../../../src/restrictions/model/attributes.js'
import { rewriteModel } from '../../../../src/restrictions/model/rewrite.js'
import { definitionIn, modelOf } from '../support/model.js'

const restrict = (name: string) => `@restrict: [{ to: 'R', where: (name = $user.${name}) }]`
const model = modelOf(`service S {
  ${restrict('orders')}
  entity Orders { key ID : Integer; name : String; site : Association to Sites;
    items : Composition of many { key pos : Integer; name : String; parts : Composition of many { key no : Integer; }; }; }
    actions { @restrict: [{ where: 'name = $user.action' }] action act(); action other(); };
  ${restrict('sites')}
  entity Sites { key ID : Integer; name : String; region : Association to Regions; }
  ${restrict('regions')}
  entity Regions { key ID : Integer; name : String; }
  entity Open { key ID : Integer; order : Association to Orders; }
  @odata.draft.enabled ${restrict('edited')}
  entity Edited { key ID : UUID; name : String; parts : Composition of many { key pos : Integer; name : String }; }
  @restrict: [{ to: 'R', where: ($user.unbound = 'x') }] action unbound();
}`)
expect(rewriteModel(model)).toEqual([])

/** Attributes of the user that are computed for a request. */
function attributes(
  event: string,
  target: string | undefined,
  ...ref: (string | { id: string })[]
) {
  const found = attributesFor(
    {
      event,
      target: target === undefined ? undefined : definitionIn(model, target),
      subject: { ref }
    },
    'S',
    model
  )
  const names = found.map(({ key }) => /user","(\w+)|^(\w+)\|/.exec(key)?.slice(1).find(Boolean))
  return [...new Set(names)].sort()
}

test.each<[string, string | undefined, (string | { id: string })[], string[]]>([
  ['READ', 'S.Orders', [], ['orders']],
  ['READ', 'S.Orders', ['S.Orders'], ['orders']],
  ['act', 'S.Orders', [{ id: 'S.Orders' }], ['action', 'orders']],
  ['other', 'S.Orders', [{ id: 'S.Orders' }], ['orders']],
  ['READ', 'S.Orders.items', ['S.Orders.items'], ['orders']],
  ['READ', 'S.Orders.items.parts', ['S.Orders.items.parts'], ['orders']],
  ['READ', 'S.Sites', [{ id: 'S.Orders' }, 'site'], ['orders', 'sites']],
  [
    'READ',
    'S.Regions',
    [{ id: 'S.Orders' }, { id: 'site' }, 'region'],
    ['orders', 'regions', 'sites']
  ],
  ['READ', 'S.Sites', [{ id: 'S.Orders.items' }, 'up_', 'site'], ['orders', 'sites']],
  ['READ', 'S.Orders', [{ id: 'S.Open' }, 'order'], ['orders']],
  ['READ', 'S.Orders', [{ id: 'S.Unknown' }, 'order'], ['orders']],
  ['READ', 'S.Open', ['S.Open'], []],
  ['SAVE', 'S.Edited.drafts', ['S.Edited.drafts'], ['edited']],
  ['READ', 'S.Edited.parts.drafts', ['S.Edited.parts.drafts'], ['edited']],
  ['unbound', undefined, [], ['true']],
  ['unknown', undefined, [], []]
])('%s of %s by %j asks for %j', (event, target, ref, expected) => {
  expect(attributes(event, target, ...ref)).toEqual(expected)
})

test('a request without a path asks for those of its target', () => {
  const target = definitionIn(model, 'S.Sites')
  expect(attributesFor({ event: 'READ', target }, 'S', model)).toHaveLength(1)
  expect(
    attributesFor({ event: 'READ', target: definitionIn(model, 'S.Orders.items') }, 'S', model)
  ).toHaveLength(1)
})
