import cds from '@sap/cds'

import { accessOf } from '../../../src/explain/token/access.js'
import { cap } from '../../../src/cap.js'

const model = cap.compile.for.nodejs(
  cds.compile(`
    @requires: ['Clerk', 'Boss']
    service Shop {
      @restrict: [
        { grant: 'READ', to: 'Clerk', where: (site = $user.site and buyer = $user.id) },
        { grant: '*', to: 'Boss' }
      ]
      entity Orders { key ID : Integer; site : String; buyer : String; }
      @requires: 'Boss' action close();
      entity Open { key ID : Integer; }
    }
    @requires: 'Admin' service Administration { entity Users { key ID : Integer; } }
    service Public { entity News { key ID : Integer; } }
    @cds.external service Foreign { @requires: 'X' entity Things { key ID : Integer; } }`)
)

const user = (roles: string[], attr: object) => ({
  id: 'alice',
  tenant: undefined,
  attr,
  is: (role: string) => roles.includes(role)
})

test('services and entities: by which role, and which rows', () => {
  expect(accessOf(model, user(['Clerk'], { site: ['S1', 'S2'] }), false)).toEqual([
    {
      name: 'Shop',
      open: true,
      why: 'Clerk',
      grants: [],
      parts: [
        {
          name: 'Shop.Orders',
          open: true,
          why: 'Clerk',
          grants: [
            'READ (Clerk) where site = $user.site [2 values] and buyer = $user.id [the own id]'
          ],
          parts: []
        },
        { name: 'Shop.close', open: false, why: 'needs Boss', grants: [], parts: [] }
      ]
    },
    { name: 'Administration', open: false, why: 'needs Admin', grants: [], parts: [] },
    { name: 'Public', open: true, why: 'no role is asked for', grants: [], parts: [] }
  ])
})

const orders = (roles: string[], attr: object, withValues: boolean) =>
  accessOf(model, user(roles, attr), withValues)[0]?.parts[0]?.grants

test('values come into conditions only if they are asked for', () => {
  expect(orders(['Clerk'], { site: ['S1'] }, true)).toEqual([
    'READ (Clerk) where site = $user.site ["S1"] and buyer = $user.id ["alice"]'
  ])
})

test('an attribute without a value is said to have none', () => {
  expect(orders(['Clerk'], {}, false)?.[0]).toContain('$user.site [no values]')
})

test('a grant on all records has no condition', () => {
  expect(orders(['Boss'], {}, false)).toEqual(['* (Boss)'])
})
