import cds from '@sap/cds'
import express from 'express'

import type { Identity } from '../../../src/user/identity.js'
import { missingRole } from '../../../src/user/missing-role.js'
import { muteConsole } from '../../support/console.js'

muteConsole('info')

const MODEL = `
  @path: '/odata/v4/jobs' @requires: 'Caller' service JobsService {
    @requires: ['Runner', 'Operator'] action start();
    action stop();
    @restrict: [{ grant: 'READ', to: 'Viewer' }, { grant: 'WRITE', to: ['Editor', 'Runner'] }, { grant: 'x' }]
    entity Logs { key ID : Integer } actions { @requires: 'Cleaner' action clear(); };
    entity Notes { key ID : Integer };
  }
  @path: '/odata/v4/jobs-archive' service Archive {
    @requires: 'Archivist' entity Logs { key ID : Integer };
    @restrict: [{ to: 'Reader' }] entity Copies { key ID : Integer };
  }
  @path: '/restricted' @restrict: [{ grant: '*', to: ['Member', 'Guest'] }, { grant: 'READ' }]
  service Restricted { function now() returns String; }
  @protocol: [{ kind: 'odata', path: '/twice' }, { kind: 'rest', path: '/again/twice' }]
  @requires: 'First' service Twice { @requires: 'Second' entity Things { key ID : Integer } }
  @path: '/both' @requires: 'One' @restrict: [{ to: 'Other' }] service Both { function now() returns String; }
  @path: '/public' @requires: [''] service Public { entity Things { key ID : Integer } }
  @path: '/platform' @requires: 'system-user' service Platform { function now() returns String; }
  service Internal { @protocol: 'none' @requires: 'Nobody' entity E { key ID : Integer } }`

beforeAll(async () => {
  cds.env.requires.auth = { kind: 'dummy' } as never
  const model = cds.compile.for.nodejs(cds.compile(MODEL) as never)
  cds.model = model
  await cds
    .serve('all')
    .from(model as never)
    .with(() => undefined)
    .in(express())
  cds.service.providers.push({ name: 'Bare', path: '/bare' } as never)
})

const roles = (...names: string[]) => Object.fromEntries(names.map((name) => [name, 1 as const]))
const identity = (kind: Identity['kind'], ...names: string[]): Identity => ({
  ...{ kind, userId: 'x', tenant: 't1', issuer: 'xsuaa', expiresAt: 1, attributes: {} },
  roles: roles(...names)
})

/** The code and the text of the refusal for somebody who has these roles, which CAP asks for as well. */
function refusal(who: Identity, path: string) {
  const user = { is: (role: string) => role === 'any' || Object.hasOwn(who.roles, role) }
  const error = missingRole(who, user, path)
  return error && `${error.code}: ${error.message}`
}

const user = (path: string, ...names: string[]) => refusal(identity('named', ...names), path)
const JOBS = '/odata/v4/jobs'

describe('a user', () => {
  const lacks = (roles: string, service = 'JobsService') =>
    `ERR_ROLE_MISSING: the user has no role ${roles}, which ${service} asks for here. ` +
    'Give the user a role collection that has it.'

  test.each([
    ['the service', `${JOBS}/Notes`, [], lacks('"Caller"')],
    ['the service, whatever the case of its path', '/OData/V4/JOBS/Notes', [], lacks('"Caller"')],
    ['the service itself', JOBS, ['Viewer', 'Runner'], lacks('"Caller"')],
    [
      'one of its entities, where the path names no definition',
      `${JOBS}/$start`,
      ['Caller'],
      lacks('"Viewer" or "Editor" or "Runner"')
    ],
    [
      'one of its entities, all of which count',
      JOBS,
      ['Caller'],
      lacks('"Viewer" or "Editor" or "Runner"')
    ],
    ['the service and an action', `${JOBS}/start`, [], lacks('"Caller" or "Runner" or "Operator"')],
    ['an action', `${JOBS}/start()`, ['Caller'], lacks('"Runner" or "Operator"')],
    ['an entity', `${JOBS}/Logs(1)`, ['Caller'], lacks('"Viewer" or "Editor" or "Runner"')],
    [
      'a path of an entity',
      `${JOBS}/Logs/1`,
      ['Caller'],
      lacks('"Viewer" or "Editor" or "Runner"')
    ],
    ['by @restrict', '/restricted/now()', [], lacks('"Member" or "Guest"', 'Restricted')],
    ['by @requires before @restrict', '/both/now()', ['Other'], lacks('"One"', 'Both')],
    [
      'another service of a similar path',
      '/odata/v4/jobs-archive/Logs',
      [],
      lacks('"Archivist"', 'Archive')
    ],
    [
      'an entity by @restrict alone',
      '/odata/v4/jobs-archive/Copies',
      [],
      lacks('"Reader"', 'Archive')
    ],
    ['a role that CAP gives', '/platform/now()', [], lacks('"system-user"', 'Platform')],
    ['a service, at its first endpoint', '/twice', [], lacks('"First" or "Second"', 'Twice')],
    ['and at a further one', '/again/twice', [], lacks('"First" or "Second"', 'Twice')],
    ['an entity at a further one', '/Again/Twice/Things/1', ['First'], lacks('"Second"', 'Twice')]
  ])('lacks a role of %s', (_, path, names, text) => {
    expect(user(path, ...names)).toBe(text)
  })

  test.each([
    ['one role of each list is enough', `${JOBS}/start()`, ['Caller', 'Operator']],
    ['also of a list in @restrict', `${JOBS}/Logs`, ['Caller', 'Editor']],
    ['an entity that asks for none', `${JOBS}/Notes`, ['Caller']],
    ['an action that asks for none', `${JOBS}/stop()`, ['Caller']],
    ['@restrict of a service', '/restricted/now()', ['Guest']],
    ['@restrict does not count next to @requires', '/both/now()', ['One']],
    ['an entity at a further endpoint', '/again/twice/Things/1', ['First', 'Second']],
    ['a further endpoint is only similar', '/again/twices', []],
    ['nobody in particular', '/public/Things', []],
    ['no service is there', '/elsewhere', []],
    ['a path that only begins like that of a service', '/odata/v4/jobs2/start()', []],
    ['a service without a path', '/E', []],
    ['a service of another kind is, which has no definition', '/bare/x', []],
    ['', '', []]
  ])('lacks none where %s', (_, path, names) => {
    expect(user(path, ...names)).toBeUndefined()
  })

  test('is asked as CAP asks: an application may have changed the roles', () => {
    const named = identity('named')
    const holder = { is: (role: string) => ['Caller', 'Runner'].includes(role) }
    expect(missingRole(named, holder, `${JOBS}/start`)).toBeUndefined()
  })
})

describe('the application’s own technical token', () => {
  const own = (path: string, ...names: string[]) =>
    refusal(identity('technical', 'system-user', 'internal-user', ...names), path)

  test('lacks a role', () => {
    expect(own(`${JOBS}/start`, 'Caller')).toBe(
      'ERR_ROLE_MISSING: the application\'s own technical token has no role "Runner" or "Operator", which JobsService ' +
        'asks for here. Add it to the "authorities" in xs-security.json.'
    )
  })

  test('lacks none', () => {
    expect(own(`${JOBS}/start`, 'Caller', 'Runner')).toBeUndefined()
    expect(own('/elsewhere')).toBeUndefined()
    expect(own('/platform/now()')).toBeUndefined()
  })
})

describe('the technical token of another application', () => {
  const foreign = (path: string, ...names: string[]) =>
    refusal(identity('technical', ...names), path)
  const missing = (has: string, scope: string) =>
    `ERR_GRANT_MISSING: the technical token of another application ${has} scope of this one. ` +
    `In xs-security.json, add to the scope ${scope}: ` +
    '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ' +
    'update the service instance, and let the caller get a new token.'

  test.each([
    [
      'none, and the scopes would be',
      `${JOBS}/start`,
      ['system-user'],
      'has no',
      '"$XSAPPNAME.Caller" or "$XSAPPNAME.Runner" or "$XSAPPNAME.Operator"'
    ],
    [
      'scopes of other applications only',
      `${JOBS}/Notes`,
      ['other!t1.Caller'],
      'has no',
      '"$XSAPPNAME.Caller"'
    ],
    [
      'some, and another one is needed',
      `${JOBS}/start`,
      ['Caller'],
      'lacks a',
      '"$XSAPPNAME.Runner" or "$XSAPPNAME.Operator"'
    ],
    ['none, where none is asked for by name', '/platform/now()', [], 'has no', 'that it needs'],
    ['none, and the service is not known', '/elsewhere', ['system-user'], 'has no', 'that it needs']
  ])('has %s', (_, path, names, has, scope) => {
    expect(foreign(path, ...names)).toBe(missing(has, scope))
  })

  test('has scopes, and lacks a role that CAP gives', () => {
    expect(foreign('/platform/now()', 'Caller')).toBe(
      'ERR_ROLE_MISSING: the technical token of another application has no role "system-user", which Platform asks for ' +
        'here. CAP gives that role by itself.'
    )
  })

  test('has what it needs', () => {
    expect(foreign(`${JOBS}/start`, 'Caller', 'Runner')).toBeUndefined()
  })
})
