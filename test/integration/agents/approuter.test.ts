import { join } from 'node:path'

import { metadataIn } from '../../support/challenge.js'
import { RunningSample } from '../../support/running-sample.js'
import { Router } from '../approuter/router-process.js'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const WHOAMI = '/mcp/whoami/whoami()'

let running: RunningSample
let router: Router
beforeAll(async () => {
  running = await RunningSample.start({ extra: join(__dirname, 'app') })
  router = await Router.start(running)
})
afterAll(async () => {
  await router?.stop()
  await running?.stop()
})

const get = (path: string, authorization?: string) =>
  fetch(router.url + path, {
    redirect: 'manual',
    headers: authorization ? { authorization } : {}
  })

test('the 401 of an endpoint comes through, and names the metadata at the router', async () => {
  const answer = await get(WHOAMI)
  expect(answer.status).toBe(401)
  const url = metadataIn(answer.headers.get('www-authenticate'))
  expect(url).toBe(`${router.url}${WELL_KNOWN}/mcp/whoami`)
  const metadata = await fetch(url!)
  expect(await metadata.json()).toMatchObject({ resource: `${router.url}/mcp/whoami` })
  expect(metadata.headers.get('cache-control')).toBe('no-store')
})

test('metadata of the other services, and of no other path', async () => {
  const service = '/odata/v4/maintenance'
  expect(await (await get(WELL_KNOWN + service)).json()).toMatchObject({
    resource: router.url + service
  })
  expect((await get(`${WELL_KNOWN}/unknown`)).status).toBe(404)
})

test('the token comes through, and is that of the user', async () => {
  const token = await running.emulator.issueToken({ user: 'alice' })
  const answer = await get(WHOAMI, `Bearer ${token}`)
  expect(answer.status).toBe(200)
  expect(await answer.text()).toContain('alice')
})

test('a route for browsers is as before: a page that leads to the log-on, without Authorization', async () => {
  const token = await running.emulator.issueToken({ user: 'alice' })
  const answer = await get('/odata/v4/maintenance/Equipment', `Bearer ${token}`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/)
  expect(await answer.text()).toContain('/oauth/authorize')
})
