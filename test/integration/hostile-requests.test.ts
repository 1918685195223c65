import { RunningSample } from '../support/running-sample.js'

const EQUIPMENT = '/odata/v4/maintenance/Equipment'

let sample: RunningSample
beforeAll(async () => {
  sample = await RunningSample.start()
})
afterAll(() => sample.stop())

test.each([`${EQUIPMENT}('%ff')`, '/odata/v4/maintenance/%E0%A4%A'])(
  'GET %s is 400, and stops nothing',
  async (path) => {
    const alice = await sample.as('alice')
    expect((await alice.raw('GET', path)).status).toBe(400)
    expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(200)
  }
)

test.each(['null', '5', 'true', '"x"', ' null'])(
  'a body of %s is 400, and stops nothing',
  async (body) => {
    const alice = await sample.as('alice')
    const { result, entries } = await sample.recorded(async () => [
      await alice.raw('POST', EQUIPMENT, body),
      await alice.raw('PATCH', `${EQUIPMENT}('10000000')`, body)
    ])
    expect(result.map(({ status }) => status)).toEqual([400, 400])
    expect(entries).toEqual([])
    expect((await alice.get(`${EQUIPMENT}?$top=1`)).status).toBe(200)
  }
)
