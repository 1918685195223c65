import { executeHttpRequestWithOrigin } from '@sap-cloud-sdk/http-client'

import { callMiddlewares } from '../../../../src/remote/http/cap-middleware.js'
import { send } from '../../../../src/remote/http/send.js'
import { type HttpsServer, startHttpsServer } from '../../../support/https-server.js'
import { internet } from '../support/backend.js'

let server: HttpsServer
let seen: unknown[]
beforeAll(async () => {
  server = await startHttpsServer((req, res) => {
    seen.push(req.headers.authorization)
    res.writeHead(req.headers.authorization === 'Bearer fresh' ? 200 : 401).end('{"d":1}')
  })
})
afterAll(() => server.stop())
beforeEach(() => {
  seen = []
})

/** A technical destination whose connection only the Cloud SDK can make. */
function technical(value: string, name: string) {
  const content = Buffer.from(server.ca).toString('base64')
  return internet(server.url, {
    name,
    authentication: 'OAuth2ClientCredentials',
    trustStoreCertificate: { name: 'ca.pem', content, type: 'CERTIFICATE' },
    authTokens: [
      {
        ...{ type: 'bearer', value, expiresIn: '3600', error: null },
        http_header: { key: 'Authorization', value: `Bearer ${value}` }
      }
    ]
  })
}

const outbound = (name: string) => ({
  destination: technical(`old-${name}`, name),
  renew: () => Promise.resolve(technical('fresh', name))
})

const GET = { method: 'get', url: '/x' } as const

test('a 401 is answered with the fresh token, not once more with the old one', async () => {
  await expect(send(outbound('SEND'), GET)).resolves.toMatchObject({ status: 200 })
  expect(seen).toEqual(['Bearer old-SEND', 'Bearer fresh'])
})

test("the same for a request with CAP's middlewares", async () => {
  const each = outbound('CAP')
  const service = { kind: 'rest', requestTimeout: 5000, csrf: undefined, path: undefined }
  const { timeout } = callMiddlewares(each, service)
  const config = { ...GET, middleware: [timeout], headers: { custom: { accept: '*/*' } } }
  const call = executeHttpRequestWithOrigin(each.destination, config, { fetchCsrfToken: false })
  await expect(call).resolves.toMatchObject({ status: 200 })
  expect(seen).toEqual(['Bearer old-CAP', 'Bearer fresh'])
})
