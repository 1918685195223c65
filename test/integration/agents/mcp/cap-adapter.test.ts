import { join } from 'node:path'

import { metadataIn } from '../../../support/challenge.js'
import { RunningSample } from '../../../support/running-sample.js'
import { callOf, MCP, post } from './messages.js'

let running: RunningSample
beforeAll(async () => {
  const packages = { '@cap-js/mcp': join(__dirname, 'stand-in') }
  running = await RunningSample.start({ packages })
})
afterAll(() => running.stop())

test("CAP's own adapter takes the place of the sample's when it is installed", async () => {
  const url = running.sample.url + MCP
  const { status, headers } = await post(url, callOf('describe'))
  // the stand-in lets everybody in; the plugin has authenticated who comes with a token
  expect(status).toBe(200)
  const authorization = `Bearer ${await running.emulator.issueToken({ user: 'bob' })}`
  const answer = await post(url, callOf('describe'), { authorization })
  expect(answer.body.result).toEqual({
    ...{ adapter: '@cap-js/mcp', service: 'MaintenanceService', user: 'bob' }
  })
  const refused = await post(url, callOf('describe'), { authorization: 'Bearer a.b.c' })
  expect(metadataIn(refused.headers['www-authenticate'] as string)).toBe(
    `${running.sample.url}/.well-known/oauth-protected-resource${MCP}`
  )
  expect(headers['www-authenticate']).toBeUndefined()
})
