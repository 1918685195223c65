import { fc } from '../../support/generated-inputs.js'

import { expectConstantText, identityOf, bearer, WHOAMI } from './support/case.js'
import { userClaims, XSAPPNAME } from './support/claims.js'
import { header, jws, userToken } from './support/jws.js'
import { type Answer, send, type Wire } from './support/wire.js'
import type { Subject } from './sequences.js'
import { withoutMetadata } from '../../support/challenge.js'

const RUNS = { numRuns: 200 }

/** Whatever a client sends: refused, forbidden or too large, and never an error of the server. */
function expectRefusal(answer: Answer, wire: Wire): void {
  expect([400, 401, 431]).toContain(answer.status)
  if (answer.status === 401) {
    expect(withoutMetadata(answer.headers['www-authenticate'])).toMatch(
      /^Bearer( error="invalid_token")?$/
    )
    expectConstantText(answer, wire)
  }
}

const anything = fc.anything({ maxDepth: 3, withNullPrototype: true }).filter((each) => {
  try {
    return JSON.stringify(each) !== undefined
  } catch {
    return false
  }
})

const json = fc.oneof<fc.Arbitrary<unknown>[]>(fc.jsonValue({ maxDepth: 3 }), anything)

/** Pieces that scopes are made of, put together in any order. */
const scope = fc
  .array(
    fc.constantFrom(
      XSAPPNAME,
      '.',
      'Supervisor',
      'x',
      ' ',
      'other!t2',
      '|',
      'system-user',
      'internal-user',
      'cds.',
      '__proto__',
      '\t'
    ),
    { maxLength: 6 }
  )
  .map((pieces) => pieces.join(''))

const CLAIMS = [
  'iss',
  'aud',
  'cid',
  'azp',
  'client_id',
  'scope',
  'exp',
  'nbf',
  'iat',
  'zid',
  'user_name',
  'grant_type',
  'xs.user.attributes',
  'ext_cxt',
  'ext_attr',
  'origin',
  'sub',
  'jti',
  'email',
  'given_name',
  'authorities',
  'cnf',
  'xs.system.attributes',
  'toString',
  '__proto__'
]

const own = {
  roles: new Set(['Viewer', 'Supervisor', 'Technician']),
  reserved: ['anonymous', 'system', 'privileged', '']
}

/** Inputs that nobody thought of. Other ones: `FC_SEED=<number>`. */
export function describeGenerated(subject: Subject): void {
  test('Authorization headers of any text', async () => {
    const { app } = subject()
    const text = fc.oneof(
      fc.stringMatching(/^[\x20-\x7e]{0,80}$/),
      fc.stringMatching(/^(Bearer|bearer|Basic|DPoP) [\x21-\x7e]{0,80}$/),
      fc.stringMatching(/^Bearer [\w-]{1,40}\.[\w-]{1,40}\.[\w-]{1,40}$/)
    )
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const wire = { path: WHOAMI, headers: [`Authorization: ${value}`] }
        expectRefusal(await send(app.url, wire), wire)
      }),
      RUNS
    )
  })

  test('a good token with any one character changed, added or removed', async () => {
    const { app, xsuaa } = subject()
    const token = userToken(xsuaa)
    const change = fc.tuple(
      fc.nat(token.length - 1),
      fc.stringMatching(/^[\x21-\x7e]?$/),
      fc.integer({ min: 0, max: 2 })
    )
    await fc.assert(
      fc.asyncProperty(change, async ([at, character, removed]) => {
        const changed = token.slice(0, at) + character + token.slice(at + removed)
        fc.pre(changed !== token)
        const wire = bearer(changed)
        expectRefusal(await send(app.url, wire), wire)
      }),
      RUNS
    )
  })

  test('any bytes as header or payload, well signed', async () => {
    const { app, xsuaa } = subject()
    const content = fc.uint8Array({ minLength: 1, maxLength: 60 }).map((each) => Buffer.from(each))
    await fc.assert(
      fc.asyncProperty(content, fc.boolean(), async (bytes, first) => {
        const wire = bearer(first ? jws(bytes, userClaims(xsuaa)) : jws(header(), bytes))
        expectRefusal(await send(app.url, wire), wire)
      }),
      RUNS
    )
  })

  test('header members of any shape, well signed', async () => {
    const { app, xsuaa } = subject()
    const members = fc.dictionary(
      fc.constantFrom(
        'alg',
        'kid',
        'typ',
        'crit',
        'b64',
        'jku',
        'jwk',
        'x5c',
        'x5t',
        'cty',
        'zip',
        'enc',
        '__proto__',
        'x'
      ),
      json,
      { minKeys: 1, maxKeys: 3 }
    )
    await fc.assert(
      fc.asyncProperty(members, async (changes) => {
        const wire = bearer(userToken(xsuaa, {}, changes))
        const answer = await send(app.url, wire)
        const refused = ['alg', 'kid', 'crit', 'b64'].some((name) => Object.hasOwn(changes, name))
        if (refused || answer.status !== 200) expectRefusal(answer, wire)
      }),
      RUNS
    )
  })

  test('claims of any shape, well signed', async () => {
    const { app, xsuaa } = subject()
    const changes = fc.dictionary(fc.constantFrom(...CLAIMS), json, { minKeys: 1, maxKeys: 4 })
    await fc.assert(
      fc.asyncProperty(changes, async (claims) => {
        const wire = bearer(userToken(xsuaa, claims))
        const answer = await send(app.url, wire)
        if (answer.status === 200) expectUsable(answer)
        else expectRefusal(answer, wire)
      }),
      { numRuns: 400 }
    )
  })

  test('scopes of any pieces', async () => {
    const { app, xsuaa } = subject()
    const scopes = fc.array(scope, { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(scopes, async (scopeClaim) => {
        const answer = await send(app.url, bearer(userToken(xsuaa, { scope: scopeClaim })))
        expect(answer.status).toBe(200)
        const { roles, technical } = identityOf(answer)
        expect(technical).toBe(false)
        expect(roles.includes('Supervisor')).toBe(scopeClaim.includes(`${XSAPPNAME}.Supervisor`))
        expect(roles).not.toEqual(expect.arrayContaining(['internal-user']))
      }),
      RUNS
    )
  })

  test('attributes of any shape', async () => {
    const { app, xsuaa } = subject()
    const attributes = fc.dictionary(
      fc.oneof(fc.constantFrom('country', 'plant', '__proto__', 'constructor'), fc.string()),
      json,
      { maxKeys: 4 }
    )
    await fc.assert(
      fc.asyncProperty(attributes, async (claim) => {
        const answer = await send(
          app.url,
          bearer(userToken(xsuaa, { 'xs.user.attributes': claim }))
        )
        if (answer.status !== 431) expectUsable(answer)
      }),
      RUNS
    )
  })
}

/** Whatever is accepted makes a user that CAP can work with. */
function expectUsable(answer: Answer): void {
  expect(answer.status).toBe(200)
  const { id, tenant, roles, attr } = identityOf(answer)
  expect(own.reserved).not.toContain(id)
  expect(id).toMatch(/^[^\p{Cc}]+$/u)
  expect(tenant ?? 'none').toMatch(/^[\w.-]{1,64}$/)
  expect(roles).not.toEqual(expect.arrayContaining(['internal-user']))
  const names = Object.keys(JSON.parse(attr) as object)
  expect(names.filter((name) => name === '__proto__' || name.includes('|'))).toEqual([])
}
