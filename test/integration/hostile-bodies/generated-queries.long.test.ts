import { isCap9 } from '../../support/cap-version.js'
import { effort, fc } from '../../support/generated-inputs.js'
import { isFault, type PublicProtocols, serveProtocols } from './public-protocols.js'

let app: PublicProtocols
beforeAll(async () => {
  app = await serveProtocols()
})
afterAll(() => app.stop())

const NAMES = ['ID', 'name', 'S.Sites', 'Sites', 'S', '$self', '$user', '*', '', 'x', '__proto__']
const WORDS = [
  '=',
  'and',
  'or',
  'not',
  'in',
  'is',
  'null',
  'like',
  'exists',
  'between',
  'case',
  '('
]
const FUNCTIONS = ['count', 'sum', 'upper', 'concat', 'contains', 'search', 'x', 'constructor']

/** Values of any kind, where CQN has an object or a list of another one. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e9, '', 'x', [], {}, [null], [[]], [{}]),
  fc.jsonValue({ maxDepth: 2 })
)
/** Mostly what belongs there, sometimes something else. */
const or = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: usual }, { weight: 1, arbitrary: odd })

const name = fc.constantFrom(...NAMES)
const { query } = fc.letrec((tie) => ({
  segment: fc.oneof(name, fc.record({ id: name, where: or(tie('tokens')), args: odd })),
  ref: fc.record({ ref: or(fc.array(or(tie('segment')), { maxLength: 3 })) }),
  val: fc.record({ val: odd }),
  func: fc.record({ func: or(fc.constantFrom(...FUNCTIONS)), args: or(tie('tokens')) }),
  xpr: fc.record({ xpr: or(tie('tokens')) }),
  list: fc.record({ list: or(tie('tokens')) }),
  token: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(...WORDS),
    tie('val'),
    tie('ref'),
    tie('func'),
    tie('xpr'),
    tie('list'),
    fc.record({ SELECT: tie('select') })
  ),
  tokens: fc.array(or(tie('token')), { maxLength: 4 }),
  column: fc.oneof(
    fc.constant<unknown>('*'),
    tie('ref'),
    tie('func'),
    fc.record({ ref: fc.tuple(name), as: odd, expand: or(fc.array(or(tie('ref')))), cast: odd })
  ),
  from: fc.oneof(
    fc.record({ ref: or(fc.array(or(tie('segment')), { minLength: 1, maxLength: 2 })) }),
    fc.constant<unknown>({ ref: ['S.Sites'] }),
    fc.record({ join: odd, args: or(tie('tokens')), on: or(tie('tokens')) }),
    fc.record({ SELECT: tie('select'), as: name })
  ),
  select: fc.record(
    {
      from: or(tie('from')),
      columns: or(fc.array(or(tie('column')), { maxLength: 3 })),
      where: or(tie('tokens')),
      having: or(tie('tokens')),
      groupBy: or(fc.array(or(tie('ref')), { maxLength: 2 })),
      orderBy: or(fc.array(or(tie('ref')), { maxLength: 2 })),
      limit: or(fc.record({ rows: or(tie('val')), offset: or(tie('val')) })),
      one: odd,
      distinct: odd,
      search: or(tie('tokens')),
      count: odd
    },
    { requiredKeys: ['from'] }
  ),
  write: fc.record(
    {
      into: or(tie('from')),
      entity: or(tie('from')),
      from: or(tie('from')),
      entries: or(fc.array(or(fc.record({ ID: odd, name: odd })), { maxLength: 2 })),
      columns: or(fc.array(name, { maxLength: 2 })),
      rows: odd,
      values: odd,
      data: or(fc.record({ ID: odd, name: odd })),
      with: or(fc.record({ name: or(tie('token')) })),
      where: or(tie('tokens')),
      as: odd
    },
    { requiredKeys: [] }
  ),
  query: or(
    fc.oneof(
      fc.record({ SELECT: or(tie('select')) }),
      ...['INSERT', 'UPSERT', 'UPDATE', 'DELETE'].map((kind) =>
        fc.record({ [kind]: or(tie('write')) })
      )
    )
  )
}))

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE']

/** Constraints of the database itself, such as a second record of one key: CAP's answer is 500, and the process goes on. */
const OF_DATABASE = isCap9
  ? /constraint failed|datatype mismatch|ASSERT_DATA_TYPE/
  : /constraint failed|datatype mismatch/

/** Sends a request: it is answered, and the answer does not say that something is wrong inside. */
async function expectAnswered(method: string, path: string, body: string): Promise<void> {
  const answer = await app.status(method, path, body)
  const fault = isFault(answer) && !OF_DATABASE.test(answer.text) && answer
  expect([method, path, body, fault]).toEqual([method, path, body, false])
}

test('generated queries by HCQL are answered', async () => {
  const request = fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom('h', 'h/Sites'), query)
  await fc.assert(
    fc.asyncProperty(request, ([method, path, body]) =>
      expectAnswered(method, path, JSON.stringify(body))
    ),
    { numRuns: effort(400) }
  )
  expect(await app.status('GET', 's/Sites')).toMatchObject({ status: 200 })
}, 120_000)

test('generated records by REST are answered', async () => {
  const record = or(fc.dictionary(fc.constantFrom('ID', 'name', 'reason', '__proto__', 'x'), odd))
  const body = fc.oneof(record, fc.array(record, { maxLength: 2 }))
  const paths = ['r/Sites', 'r/Sites/1', 'r/Sites/x', 'r/start', 'r/Sites/1/name', 'r']
  const request = fc.tuple(fc.constantFrom(...METHODS), fc.constantFrom(...paths), body)
  await fc.assert(
    fc.asyncProperty(request, ([method, path, data]) =>
      expectAnswered(method, path, JSON.stringify(data))
    ),
    { numRuns: effort(400) }
  )
  expect(await app.status('GET', 's/Sites')).toMatchObject({ status: 200 })
}, 120_000)
