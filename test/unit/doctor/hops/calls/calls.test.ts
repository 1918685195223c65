import { callFindings } from '../../../../../src/doctor/hops/calls/calls.js'
import type { Row } from '../../../../../src/doctor/row.js'
import { factsWith, seen, serviceOf } from '../../facts.js'

describe('what an earlier hop would make fail is not called', () => {
  const S4 = { Name: 'S4', ProxyType: 'OnPremise', Authentication: 'NoAuthentication' }
  const facts = factsWith({
    options: { project: '.', probe: true },
    isOnline: true,
    services: [serviceOf('S4')],
    destinations: seen(S4)
  })

  test.each<[Row['hop'], string]>([
    ['bindings', 'connectivity'],
    ['tokens', 'connectivity "my-connectivity"'],
    ['tokens', 'destination "my-destination"'],
    ['configuration', 'cds.requires.S4'],
    ['destinations', 'destination "S4"']
  ])('%s, %s', async (hop, subject) => {
    const row: Row = { hop, subject, state: 'mend', cause: 'wrong' }
    const { connection } = await callFindings(facts, undefined, [row])
    expect(connection).toMatchObject([
      { state: 'unknown', cause: `not called: first mend ${hop}, ${subject}` }
    ])
  })
})

test('what is wrong with the destination for another service does not keep a call from being made', async () => {
  const facts = factsWith({ isOnline: true, services: [serviceOf('S4')] })
  const row = { hop: 'destinations', subject: 'destination "S4"', state: 'mend', cause: 'wrong' }
  const causesWith = async (services: string[]) => {
    const { connection } = await callFindings(facts, undefined, [{ ...row, services } as Row])
    return connection.map(({ cause }) => cause)
  }
  expect(await causesWith(['OTHER', 'S4'])).toEqual([
    'not called: first mend destinations, destination "S4"'
  ])
  expect(await causesWith(['OTHER'])).toEqual(['not called'])
})

test('without --probe and without a token nothing is called, and the row says how', async () => {
  const facts = factsWith({ isOnline: true, services: [serviceOf('S4', 'namedUser')] })
  const { connection, asYou } = await callFindings(facts, undefined, [])
  const expected = {
    state: 'unknown',
    cause: 'not called',
    fix: expect.stringContaining('--probe')
  }
  expect(connection).toMatchObject([expected])
  expect(asYou).toMatchObject([expected])
})
