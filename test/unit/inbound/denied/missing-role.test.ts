import cds from '@sap/cds'
import express from 'express'

import type { Identity } from '../../../../src/user/identity.js'
import { missingServiceRole, roleRefusal } from '../../../../src/inbound/denied/missing-role.js'
import { muteConsole } from '../../../support/console.js'

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
  cds.root = __dirname // without an xs-security.json, so any name can come
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

/** The user as CAP asks him. */
const holder = (who: Identity) => ({
  is: (role: string) => role === 'any' || Object.hasOwn(who.roles, role),
  roles: who.roles
})

/** The code and the text of the refusal for somebody who has these roles, which CAP asks for as well. */
function refusal(who: Identity, path: string) {
  const error = missingServiceRole(who, holder(who), path)
  return error && `${error.code}: ${error.explanation.cause}`
}

const user = (path: string, ...names: string[]) => refusal(identity('named', ...names), path)
const JOBS = '/odata/v4/jobs'

describe('a user', () => {
  const lacks = (roles: string, service = 'JobsService', has = 'none') =>
    `ERR_ROLE_MISSING: ${service} needs the role ${roles}; the user has: ${has}`

  test.each([
    ['the service', `${JOBS}/Notes`, [], lacks('"Caller"')],
    ['the service, whatever the case of its path', '/OData/V4/JOBS/Notes', [], lacks('"Caller"')],
    ['the service itself', JOBS, ['Viewer'], lacks('"Caller"', 'JobsService', '"Viewer"')],
    ['by @restrict', '/restricted/now()', [], lacks('"Member" or "Guest"', 'Restricted')],
    ['by @requires before @restrict', '/both/now()', ['Other'], lacks('"One"', 'Both', '"Other"')],
    ['a role that CAP gives', '/platform/now()', [], lacks('"system-user"', 'Platform')],
    ['a service, at its first endpoint', '/twice', [], lacks('"First"', 'Twice')],
    ['and at a further one', '/again/twice', [], lacks('"First"', 'Twice')],
    [
      'a service, and has been given CAP’s own',
      '/twice',
      ['x', 'any'],
      lacks('"First"', 'Twice', '"x"')
    ]
  ])('lacks a role of %s', (_, path, names, text) => {
    expect(user(path, ...names)).toBe(text)
  })

  test.each([
    ['one role is enough', `${JOBS}/start()`, ['Caller']],
    ['@restrict of a service', '/restricted/now()', ['Guest']],
    ['@restrict does not count next to @requires', '/both/now()', ['One']],
    ['an entity has its own', '/again/twice/Things/1', ['First']],
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
    const changed = { is: (role: string) => role === 'Caller' }
    expect(missingServiceRole(identity('named'), changed, `${JOBS}/start`)).toBeUndefined()
  })

  test('has more roles than fit in a line', () => {
    const many = Array.from({ length: 40 }, (_, i) => `R${String(i)}`)
    expect(user(JOBS, ...many)).toMatch(/"R0", .*"R11", …$/)
  })
})

/** The refusal of what only a role allows. */
function lacking(who: Identity | undefined, ...names: string[]) {
  const error = roleRefusal(who, who ? holder(who) : { is: () => false }, {
    what: '"start" of JobsService',
    roles: names
  })
  return `${error.code}: ${error.message}`
}

describe('the next step', () => {
  test.each([
    ['of a user', identity('named', 'A'), /the user has: "A"\. Give the user a role collection/],
    ['of somebody without a token', undefined, /the user has: none\. Give the user a role collec/],
    [
      'of the application’s own technical token',
      identity('technical', 'system-user', 'internal-user', 'A'),
      /the application's own technical token has: "A"\. Add the scope to the "authorities"/
    ],
    ['of Identity Authentication', { ...identity('named'), issuer: 'ias' }, /\. Assign a policy/],
    [
      'of another issuer',
      { ...identity('named'), issuer: 'kc' },
      /Give the user a role or group .* cds\.requires\.auth\.issuers\.kc\.roles turn/
    ]
  ])('%s', (_, who, text) => {
    const line = lacking(who, 'Runner', 'Operator')
    expect(line).toMatch(/^ERR_ROLE_MISSING: "start" of JobsService needs the role "Runner" or "O/)
    expect(line).toMatch(text)
  })

  test('where only CAP gives the role', () => {
    expect(lacking(identity('named'), 'internal-user')).toMatch(/CAP gives that role by itself/)
  })

  test('where nobody may do it', () => {
    expect(lacking(identity('named'))).toBe(
      'ERR_ROLE_MISSING: "start" of JobsService is granted to no role. ' +
        'Add a grant for it to @restrict in the model, if it shall be possible.'
    )
  })
})

describe('the technical token of another application', () => {
  const missing = (has: string, scope: string) =>
    `ERR_GRANT_MISSING: the technical token of another application ${has} scope of this one. ` +
    `In xs-security.json, add to the scope ${scope}: ` +
    '"grant-as-authority-to-apps": ["$XSSERVICENAME(<instance of the caller>)"], ' +
    'update the service instance, and let the caller get a new token.'
  const [runner, both] = ['"$XSAPPNAME.Runner"', '"$XSAPPNAME.Runner" or "$XSAPPNAME.Operator"']

  test.each([
    ['no scope', ['system-user'], ['Runner', 'Operator'], 'has no', both],
    ['scopes of other applications only', ['other!t1.Caller'], ['Runner'], 'has no', runner],
    ['some, and another one is needed', ['Caller'], ['Runner'], 'lacks a', runner]
  ])('has %s', (_, names, needed, has, scope) => {
    expect(lacking(identity('technical', ...names), ...needed)).toBe(missing(has, scope))
  })

  test.each([
    ['where none is asked for by name', '/platform/now()', []],
    ['where the service is not known', '/elsewhere', ['system-user']]
  ])('has no scope, %s', (_, path, names) => {
    const who = identity('technical', ...names)
    const error = missingServiceRole(who, { is: () => true }, path)
    expect(`${String(error?.code)}: ${String(error?.message)}`).toBe(
      missing('has no', 'that it needs')
    )
  })

  test('has scopes, and lacks a role that CAP gives', () => {
    expect(refusal(identity('technical', 'Caller'), '/platform/now()')).toBe(
      'ERR_ROLE_MISSING: Platform needs the role "system-user"; ' +
        'the technical token of another application has: "Caller"'
    )
  })

  test.each([
    [
      'kc',
      /Give the client a role or group .* cds\.requires\.auth\.issuers\.kc\.roles turn into it\.$/
    ],
    ['ias', /In Identity Authentication, provide an API of that name, .* consume it\.$/]
  ])('of an issuer that knows no scopes of XSUAA: %s', (issuer, text) => {
    const line = lacking({ ...identity('technical', 'system-user'), issuer }, 'Runner')
    expect(line).toMatch(/^ERR_GRANT_MISSING: /)
    expect(line).toMatch(text)
    expect(line).not.toContain('xs-security')
  })

  test('has what it needs', () => {
    expect(refusal(identity('technical', 'Caller'), `${JOBS}/start`)).toBeUndefined()
  })
})
