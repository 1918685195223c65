import { request } from 'node:http'
import { json } from 'node:stream/consumers'

import { metadataIn } from '../../support/challenge.js'
import { fc } from '../../support/generated-inputs.js'
import { RunningSample } from '../../support/running-sample.js'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const SERVICE = '/odata/v4/maintenance'

/** Hosts that may be told to a client, with the tenant that they stand for. */
const HOSTS = ['app.example', '{subdomain}.app.example', 'eu-{subdomain}.example:8443']
const KNOWN = /^https:\/\/(?:(?:[a-z0-9-]+\.)?app\.example|eu-[a-z0-9-]+\.example:8443)\//
const LOCAL = /^https?:\/\/(?:localhost|[a-z0-9.-]+\.localhost|127\.0\.0\.1)(?::\d+)?\//

let running: RunningSample
beforeAll(async () => {
  running = await RunningSample.start({ requires: { auth: { metadata: { hosts: HOSTS } } } })
})
afterAll(() => running.stop())

interface Asked {
  readonly status: number
  readonly challenge: string | undefined
  readonly document: { readonly resource?: string }
}

function ask(path: string, headers: Record<string, string>): Promise<Asked> {
  return new Promise((done, fail) => {
    const req = request(running.sample.url, { path, headers, agent: false }, (res) => {
      const { statusCode: status = 0, headers: answered } = res
      json(res).then(
        (document) => done({ status, challenge: answered['www-authenticate'], document } as Asked),
        () => done({ status, challenge: answered['www-authenticate'], document: {} })
      )
    })
    req.on('error', fail).end()
  })
}

const part = fc.constantFrom('app', 'acme', 'example', 'eu-a', 'evil', 'localhost', 'app.example')
const host = fc
  .tuple(
    fc.array(part, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(
      '',
      ':8443',
      ':443',
      ':80',
      '.evil.test',
      '@evil.test',
      '/x',
      ' x',
      ',evil.test'
    )
  )
  .map(([parts, end]) => parts.join('.') + end)

test('whatever hosts a request names, only known ones are told', async () => {
  const seen = new Set<boolean>()
  await fc.assert(
    fc.asyncProperty(host, fc.option(host, { nil: undefined }), async (own, forwarded) => {
      const headers = { host: own, ...(forwarded && { 'x-forwarded-host': forwarded }) }
      const { document } = await ask(WELL_KNOWN + SERVICE, headers)
      const { challenge } = await ask(`${SERVICE}/Equipment`, headers)
      for (const url of [document.resource, metadataIn(challenge)]) {
        seen.add(url !== undefined)
        if (url !== undefined && !KNOWN.test(url)) expect(url).toMatch(LOCAL)
      }
      if (document.resource) expect(new URL(document.resource).pathname).toBe(SERVICE)
    }),
    { numRuns: 150 }
  )
  expect([...seen].sort()).toEqual([false, true])
})

test('whatever path is asked for, only endpoints have metadata', async () => {
  const segment = fc.constantFrom(
    'odata',
    'v4',
    'maintenance',
    'Equipment',
    '..',
    '%2e',
    '',
    'ODATA'
  )
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 5 }), async (segments) => {
      const path = `/${segments.join('/')}`
      const { status, document } = await ask(WELL_KNOWN + path, { host: 'app.example' })
      const isEndpoint = path === SERVICE || path === `${SERVICE}/`
      expect(status).toBe(isEndpoint ? 200 : 404)
      expect(document.resource).toBe(isEndpoint ? `https://app.example${path}` : undefined)
    }),
    { numRuns: 150, examples: [[['odata', 'v4', 'maintenance']]] }
  )
})
