import { equipmentPath, S4System } from './s4-system.js'

const pump = equipmentPath('10000000')

const KINDS = {
  'sap-gateway': {
    id: 'RequestID',
    first: 'RepeatabilityCreation',
    result: 'repeatabilityresult'
  },
  oasis: {
    id: 'Repeatability-Request-ID',
    first: 'Repeatability-First-Sent',
    result: 'repeatability-result'
  }
}

describe.each(Object.entries(KINDS))('%s', (name, { id, first, result }) => {
  let s4: S4System
  afterEach(() => s4.stop())

  /** Makes changes of one name with the same id, one after the other. */
  async function changes(...texts: string[]) {
    const session = await s4.csrf('alice')
    const headers = { ...session, [id]: '0'.repeat(32), [first]: '2026-01-01T00:00:00' }
    const answers = []
    for (const EquipmentName of texts)
      answers.push(await s4.as('alice', 'PATCH', pump, { headers, body: { EquipmentName } }))
    const { json } = await s4.as('alice', 'GET', pump)
    const results = answers.map(({ status, headers: { [result]: value } }) => [status, value])
    return { results, name: String(json.d['EquipmentName']) }
  }

  test('a change with an id that was there is not made again, and has the same answer', async () => {
    s4 = await S4System.start({ S4_REPEATABLE: name })
    expect(await changes('first', 'second')).toEqual({
      results: [
        [204, 'accepted'],
        [204, 'accepted']
      ],
      name: 'first'
    })
  })

  test('a system without the option ignores the headers', async () => {
    s4 = await S4System.start()
    expect(await changes('first', 'second')).toEqual({
      results: [
        [204, undefined],
        [204, undefined]
      ],
      name: 'second'
    })
  })
})
