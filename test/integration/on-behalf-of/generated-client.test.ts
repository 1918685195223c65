import { join } from 'node:path'

import { RunningSample } from '../../support/running-sample.js'

const ID = '10000000'

let sample: RunningSample
beforeAll(async () => {
  sample = await RunningSample.start({ extra: join(__dirname, 'generated-client') })
})
afterAll(() => sample.stop())

async function rename(user: string, data: object) {
  const client = await sample.as(user)
  const { result, entries, connections } = await sample.recorded(() =>
    client.post('/odata/v4/rename/rename', { id: ID, ...data })
  )
  expect(result.status).toBe(200)
  const answer = JSON.parse(result.body.value as unknown as string) as object
  return { answer, connections, subjects: new Set(entries.map(({ subject }) => subject)) }
}

test("a generated client of the SAP Cloud SDK: alice's change is ALICE's, bob's is BOB's", async () => {
  for (const user of ['alice', 'bob', 'alice']) {
    const { answer, subjects } = await rename(user, { name: `by ${user}` })
    const lastChangedByUser = user.toUpperCase()
    expect(answer).toEqual({ equipmentName: `by ${user}`, lastChangedByUser })
    expect(subjects).toEqual(new Set([`CN=${user}`]))
  }
  const changes = await sample.emulator.s4.changes()
  expect(changes.map(({ user }) => user)).toEqual(['ALICE', 'BOB', 'ALICE'])
})

test('in the name of nobody it sends nothing', async () => {
  const { answer, connections } = await rename('alice', { name: 'x', privileged: true })
  expect(answer).toMatchObject({ code: 'ERR_USER_TOKEN_REQUIRED' })
  expect(connections).toBe(0)
})
