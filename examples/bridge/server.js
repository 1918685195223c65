import { randomUUID } from 'node:crypto'
import process from 'node:process'

import { createOAuthCallbackHandler, createXsuaaOAuthProvider } from '@arc-mcp/xsuaa-auth'
import { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
import cds from '@sap/cds'

import { askForConsent } from './consent.js'

// PUBLIC_URL: of the application, as clients see it. CONSENT_SECRET: any text that nobody can guess, the same in all instances.
const { PUBLIC_URL: url = 'http://localhost:4004', CONSENT_SECRET: secret = randomUUID() } =
  process.env

/** Serves an authorization server in front of XSUAA, at which clients register themselves. */
cds.on('bootstrap', (app) => {
  const { credentials } = cds.env.requires.auth
  const { provider, clientStore, stateCodec } = createXsuaaOAuthProvider(credentials, url)
  askForConsent(app, provider, { url, secret })
  app.get('/oauth/callback', createOAuthCallbackHandler(stateCodec, clientStore))
  const resourceServerUrl = new URL('/mcp', url)
  app.use(mcpAuthRouter({ provider, issuerUrl: new URL(url), resourceServerUrl }))
})

export default cds.server
