import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { RunningSample } from '../../support/running-sample.js'
import { background } from './background-client.js'
import { REQUIRED } from './required.js'

let extra: string
let sample: RunningSample | undefined

beforeAll(async () => {
  extra = mkdtempSync(join(tmpdir(), 'cds-principal-custom-auth-'))
  for (const part of ['app', 'custom-auth'])
    cpSync(join(__dirname, part), extra, { recursive: true })
  const auth = { kind: 'custom', impl: './srv/custom-auth.ts' }
  sample = await RunningSample.start({ extra, requires: { ...REQUIRED, auth } })
})
afterAll(async () => {
  await sample?.stop()
  rmSync(extra, { recursive: true, force: true })
})

const recorded = async (remote: string) => {
  const app = sample as RunningSample
  const alice = await app.as('alice') // her token is good, and nobody has validated it
  return app.recorded(() => background(alice, { place: 'request', remote }))
}

test('with onBehalfOf, a user of a custom auth implementation is nobody that can be vouched for', async () => {
  const { result, entries, connections } = await recorded('API_EQUIPMENT')
  expect(result.outcomes).toEqual([expect.objectContaining({ code: 'ERR_USER_TOKEN_REQUIRED' })])
  expect({ entries, connections }).toEqual({ entries: [], connections: 0 })
})

test('without onBehalfOf, the service of an application with its own authentication is as in stock', async () => {
  const { result } = await recorded('BY_DESTINATION')
  expect(result.outcomes).toEqual(['done'])
})
