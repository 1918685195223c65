import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SAMPLE } from '../../support/sample.js'
import { XSAPPNAME } from '../inbound/support/claims.js'
import { userToken } from '../inbound/support/jws.js'
import { startXsuaa, type TestXsuaa } from '../inbound/support/test-xsuaa.js'
import { type Answer, send } from '../inbound/support/wire.js'
import { type BoundApp, startPair } from './support/inbound-pair.js'
import { withoutMetadata } from '../../support/challenge.js'

/** The endpoint of `@cap-js/graphql`, which is one for all services: who may do what is decided by each of them. */
const PATH = '/graphql'

const PAGE = readFileSync(join(SAMPLE, 'docs/differences.md'), 'utf8')

const nodes = (entity: string, args = '(orderBy: { ID: asc })') =>
  `${entity}${args} { nodes { ID owner country } }`
const MEMOS = nodes('Memos')
const EVERYTHING = `{
  PublicService { ${MEMOS} ${nodes('Filtered')} }
  UserService { ${MEMOS} }
  ViewerService { ${MEMOS} ${nodes('Others')} }
  OtherService { ${MEMOS} }
}`
const READS: readonly [string, string][] = [
  ['a public service', `{ PublicService { ${MEMOS} } }`],
  ['a service for users', `{ UserService { ${MEMOS} } }`],
  ['a service for a role', `{ ViewerService { ${MEMOS} } }`],
  ['an entity for another role', `{ ViewerService { ${nodes('Others')} } }`],
  ['a service for another role', `{ OtherService { ${MEMOS} } }`],
  ['all of them at once', EVERYTHING],
  ['records by a filter', `{ UserService { ${nodes('Memos', '(filter: { ID: { ge: 2 } })')} } }`],
  ['their number', '{ UserService { Memos(top: 1) { totalCount nodes { ID } } } }'],
  ['the schema', '{ __schema { queryType { name } } }'],
  ['nothing that there is', '{ Nothing }'],
  ['no query', 'no query']
]

/** What is no token, and what the answer is, whatever is asked for. */
const NOTHING: readonly [string | undefined, number][] = [
  [undefined, 200],
  ['', 200],
  [' ', 200],
  ['Bearer', 401],
  ['Bearer ', 401],
  ['Bearer null', 401],
  ['Basic', 401]
]

/**
 * What alice changes one after the other, and which records there are then. CAP refuses changes by a filter where a condition
 * hides any record of the entity.
 */
const OWN = 'create(input: { ID: 9, owner: "alice", country: "DE" }) { ID }'
const WRITES: readonly [service: string, entity: string, change: string, left: number[]][] = [
  ['OtherService', 'Memos', OWN, [1, 2, 3]],
  ['UserService', 'Memos', OWN, [1, 2, 3, 9]],
  ['UserService', 'Memos', 'delete(filter: { ID: { eq: 2 } })', [1, 2, 3, 9]],
  ['UserService', 'Memos', 'delete(filter: { ID: { eq: 9 } })', [1, 2, 3, 9]],
  [
    'UserService',
    'Memos',
    'update(filter: { ID: { eq: 2 } }, input: { text: "X" }) { ID }',
    [1, 2, 3, 9]
  ],
  ['PublicService', 'Filtered', 'delete(filter: { ID: { ge: 0 } })', [1, 2, 3, 9]],
  ['ViewerService', 'Others', 'delete(filter: { ID: { eq: 2 } })', [1, 2, 3, 9]],
  [
    'ViewerService',
    'Memos',
    'update(filter: { ID: { eq: 9 } }, input: { text: "X" }) { text }',
    [1, 2, 3, 9]
  ],
  ['ViewerService', 'Memos', 'delete(filter: { ID: { eq: 2 } })', [1, 3, 9]],
  [
    'UserService',
    'Memos',
    'update(filter: { ID: { eq: 9 } }, input: { text: "Y" }) { text }',
    [1, 3, 9]
  ],
  ['UserService', 'Memos', 'delete(filter: { ID: { eq: 9 } })', [1, 3]]
]

describe.each(['development', 'production'] as const)('%s', (mode) => {
  let xsuaa: TestXsuaa
  let pair: { stock: BoundApp; own: BoundApp }
  beforeAll(async () => {
    xsuaa = await startXsuaa()
    const { credentials, ca } = xsuaa
    pair = await startPair({
      stock: 'xsuaa',
      credentials,
      ca,
      mode,
      app: 'graphql-app',
      plugins: ['@cap-js/graphql', '@cap-js/sqlite'],
      requires: { db: { kind: 'sqlite', credentials: { url: ':memory:' } } }
    })
  })
  afterAll(async () => {
    await Promise.all([pair?.stock.stop(), pair?.own.stop()])
    await xsuaa?.stop()
  })

  const alice = (scopes = ['Viewer']) =>
    `Bearer ${userToken(xsuaa, { scope: scopes.map((each) => `${XSAPPNAME}.${each}`) })}`

  /** The same to both: the answers are equal, and this is ours. */
  async function both(query: string, authorization?: string): Promise<Answer> {
    const stock = await post(pair.stock.url, query, authorization)
    const own = await post(pair.own.url, query, authorization)
    expect(own.status).toBe(stock.status)
    // of refused credentials the body is text in stock, and OData's error here
    if (own.status !== 401) expect(content(own)).toEqual(content(stock))
    return own
  }

  test.each(READS)('%s, without a user', async (_, query) => {
    for (const [authorization, status] of NOTHING) {
      const answer = await both(query, authorization)
      expect(answer.status).toBe(status)
      if (status === 401)
        expect(withoutMetadata(answer.headers['www-authenticate'])).toMatch(/^Bearer/)
    }
  })

  test.each(READS)('%s, as a viewer', async (_, query) => {
    await both(query, alice())
  })

  test.each(READS)('%s, as a user without roles', async (_, query) => {
    await both(query, alice([]))
  })

  test('who is refused a part gets the others', async () => {
    const { data, errors } = content(await both(EVERYTHING, alice()))
    expect(data).toMatchObject({
      PublicService: { Filtered: { nodes: [{ ID: 1 }, { ID: 3 }] } },
      UserService: { Memos: { nodes: [{ ID: 1 }, { ID: 3 }] } },
      ViewerService: { Memos: { nodes: [{ ID: 1 }, { ID: 2 }, { ID: 3 }] }, Others: null },
      OtherService: { Memos: null }
    })
    expect(errors).toEqual([
      { message: '', path: ['OtherService', 'Memos'] },
      { message: '', path: ['ViewerService', 'Others'] }
    ])
  })

  test('a bad token is 401, also where nobody has to be known', async () => {
    const answer = await both(EVERYTHING, `${alice()}x`)
    expect(answer.status).toBe(401)
    expect(withoutMetadata(answer.headers['www-authenticate'])).toBe('Bearer error="invalid_token"')
  })

  test('alice changes what she may, and without a user nobody changes anything', async () => {
    const rows = async () => {
      const { data } = content(await both(`{ PublicService { ${MEMOS} } }`, alice()))
      return (data as { PublicService: Rows }).PublicService.Memos.nodes.map(({ ID }) => ID)
    }
    for (const [service, entity, change, left] of WRITES) {
      const mutation = `mutation { ${service} { ${entity} { ${change} } } }`
      const before = await rows()
      await both(mutation)
      expect(await rows()).toEqual(before)
      await both(mutation, alice())
      expect({ mutation, rows: await rows() }).toEqual({ mutation, rows: left })
    }
  })

  test("a record is not written under bob's name, as stock does", async () => {
    expect(PAGE).toContain('### What is written is checked, too\n')
    const create = 'create(input: { ID: 10, owner: "bob", country: "DE" }) { ID }'
    const query = `mutation { UserService { Memos { ${create} } } }`
    const [stock, own] = await Promise.all(
      [pair.stock, pair.own].map(async ({ url }) => content(await post(url, query, alice())))
    )
    expect(stock?.data).toEqual({ UserService: { Memos: { create: [{ ID: 10 }] } } })
    expect(own?.data).toEqual({ UserService: { Memos: { create: null } } })
    const { body } = await post(pair.own.url, `{ PublicService { ${MEMOS} } }`, alice())
    expect(body).not.toContain('10')
  })
})

/** Rows of an answer. */
interface Rows {
  readonly Memos: { readonly nodes: readonly { readonly ID: number }[] }
}

function post(url: URL, query: string, authorization: string | undefined): Promise<Answer> {
  const headers = ['Content-Type: application/json']
  if (authorization !== undefined) headers.push(`Authorization: ${authorization}`)
  return send(url, { method: 'POST', path: PATH, headers, body: JSON.stringify({ query }) })
}

interface Content {
  readonly data?: unknown
  readonly errors?: readonly { readonly message: string; readonly path?: readonly string[] }[]
}

/** Errors of parts of a query in the order of these, as they are answered at the same time. */
function content({ body }: Answer): Content {
  const { data, errors } = JSON.parse(body) as Content
  const sorted = errors
    ?.map(({ message, path }) => ({ message, path }))
    .sort((a, b) => String(a.path).localeCompare(String(b.path)))
  return { data, ...(sorted && { errors: sorted as Content['errors'] & object }) }
}
