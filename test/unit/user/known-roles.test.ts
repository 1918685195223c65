import { KnownRoles } from '../../../src/user/roles.js'
import { rolesOf } from '../../../src/user/roles.js'

const known = new KnownRoles('app!t1')

test('the same scopes give the same object, which is what they give by themselves', () => {
  const scopes = ['app!t1.Viewer', 'openid', 'other!t2.Admin', 'app!t1.Viewer']
  const roles = known.of([...scopes])
  expect(known.of([...scopes])).toBe(roles)
  expect({ ...roles }).toEqual({ ...rolesOf(scopes, 'app!t1') })
})

test('other scopes never give them, however they are put together', () => {
  const viewer = ['app!t1.Viewer', 'app!t1.Admin']
  const lookalikes = [
    ['app!t1.Viewer,app!t1.Admin'],
    ['app!t1.Viewer app!t1.Admin'],
    ['app!t1.Viewer","app!t1.Admin'],
    ['app!t1.Viewer'],
    []
  ]
  expect(Object.keys(known.of(viewer))).toEqual(['Viewer', 'Admin'])
  for (const scopes of lookalikes) {
    expect(Object.keys(known.of(scopes))).toEqual(Object.keys(rolesOf(scopes, 'app!t1')))
    expect(known.of(scopes)).not.toBe(known.of(viewer))
  }
})
