import cds from '@sap/cds'

import { logExplanation } from '../../../../src/lib/log.js'
import { at, Served } from '../support/served.js'

const MODEL = `
entity db.Orders { key ID : Integer; plant : String; }
service S {
  @restrict: [{ grant: '*', to: 'any', where: (plant = $user.plant) }, { grant: '*', to: 'All' }]
  entity Orders as projection on db.Orders;
}`

const lines: string[] = []
let served: Served
beforeAll(async () => {
  served = await Served.start(MODEL)
  await cds.run(INSERT.into('db.Orders').entries({ ID: 2, plant: '1710' }))
  const log = cds.log('principal', { level: 'debug' } as never)
  log.debug = (...args: unknown[]) => lines.push(args.join(' '))
})
beforeEach(() => {
  lines.length = 0
})

const one = () => SELECT.one.from(at('S.Orders', 2))
const read = (query: unknown, attr: object, roles: string[] = []) =>
  served.as({ attr, roles }, (tx) => tx.run(query))

test('the entry about a write to a hidden record has the status that the client gets', async () => {
  const entries: unknown[] = []
  const log = cds.log('principal', { level: 'debug' } as never)
  log.warn = (...args: unknown[]) => entries.push(...args)
  const outcome = await served.as({ attr: { plant: ['1010'] } }, (tx) =>
    tx.run(UPDATE.entity(at('S.Orders', 2)).with({ plant: '1010' })).catch((error: unknown) => {
      logExplanation(error)
      throw error
    })
  )
  expect(outcome).toMatchObject({ status: 404 })
  expect(entries).toEqual([
    expect.objectContaining({ code: 'ERR_WRITE_RESTRICTED', status: 404, hop: 'authorization' })
  ])
})

describe('DEBUG=principal', () => {
  test('says that a record may be hidden, without values', async () => {
    expect(await read(one(), { plant: ['1010'] })).toBeFalsy()
    expect(lines).toEqual([
      expect.stringMatching(
        /^GET of Orders: there is no such record, or .*: "plant = \$user.plant"/
      )
    ])
    expect(lines.join()).not.toMatch(/1010|1710|alice/)
  })

  test('says that the user has no value of the attribute, once for a list', async () => {
    expect(await read(SELECT.from('S.Orders'), {})).toEqual([])
    expect(lines).toEqual([
      expect.stringMatching(/^GET of Orders: records can be hidden .* has no attribute "plant"/)
    ])
  })

  test('says nothing of what is shown, or not restricted for the user', async () => {
    expect(await read(one(), { plant: ['1710'] })).toMatchObject({ ID: 2 })
    expect(await read(SELECT.from('S.Orders'), {}, ['All'])).toHaveLength(1)
    expect(lines).toEqual([])
  })
})
