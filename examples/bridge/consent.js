import { randomUUID } from 'node:crypto'

import express from 'express'
import session from 'express-session'

/** Log-ons that a browser may have begun at the same time. */
const MAX_PENDING = 10

/**
 * Asks the user before a client gets a code, once for each client and redirect. All clients of a bridge are one client for XSUAA, which
 * therefore asks nobody.
 *
 * @param app - of express
 * @param provider - of the MCP SDK, which has checked the client and its redirect when it is asked to authorize
 * @param options - `url` of the application, as browsers see it; `secret` by which sessions are signed, the same in all instances; `store` of
 *   express-session, which several instances share
 */
export function askForConsent(app, provider, { url, secret, store }) {
  const secure = url.startsWith('https:')
  const remember = session({
    ...{ secret, store, resave: false, saveUninitialized: false, proxy: true },
    name: secure ? '__Host-consent' : 'consent', // the prefix needs https
    cookie: { httpOnly: true, secure, sameSite: 'lax', path: '/', maxAge: 30 * 24 * 3600_000 }
  })
  app.use(['/authorize', '/consent'], remember)

  const goOn = provider.authorize.bind(provider)
  provider.authorize = async (client, params, res) => {
    const { session: own } = res.req
    if (own.allowed?.includes(keyOf(client, params))) return goOn(client, params, res)
    const id = randomUUID()
    const { resource, ...others } = params
    const { client_id, client_name } = client // not its secret
    const asked = { ...others, resource: resource?.href }
    const entry = [id, { client: { client_id, client_name }, params: asked }]
    const pending = [...Object.entries(own.pending ?? {}), entry].slice(-MAX_PENDING)
    own.pending = Object.fromEntries(pending)
    show(res, pageOf(id, client, params))
  }

  app.post('/consent', express.urlencoded({ extended: false }), async (req, res, next) => {
    const { id = '', answer } = req.body ?? {}
    const { pending = {} } = req.session
    // the id is known to the page only, so no other page can send this form
    if (!Object.hasOwn(pending, id)) return res.sendStatus(403)
    const { client, params } = pending[id]
    delete pending[id]
    if (answer !== 'allow') return res.redirect(303, refusalOf(params))
    const { allowed = [] } = req.session
    req.session.allowed = [...new Set([...allowed, keyOf(client, params)])]
    const { resource, ...others } = params
    await goOn(client, { ...others, ...(resource && { resource: new URL(resource) }) }, res).catch(
      next
    )
  })
}

const keyOf = (client, params) => JSON.stringify([client.client_id, params.redirectUri])

function refusalOf({ redirectUri, state }) {
  const url = new URL(redirectUri)
  url.searchParams.set('error', 'access_denied')
  if (state) url.searchParams.set('state', state)
  return url.href
}

/** No other page may show this one, or learn where it was. */
function show(res, html) {
  res.set({
    'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store'
  })
  res.type('html').send(html)
}

function pageOf(id, client, { redirectUri, scopes = [] }) {
  const name = client.client_name ?? client.client_id
  const asked = scopes.length ? `<p>It asks for: ${escaped(scopes.join(', '))}</p>` : ''
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Allow access?</title>
<h1>May “${escaped(name)}” act for you?</h1>
<p>After the log-on it can do here what you can do. The answer goes to</p>
<p><b>${escaped(redirectUri)}</b></p>
${asked}
<p>The client has chosen its name itself. Go on only if you have just started it, and know this address.</p>
<form method="post" action="/consent">
<input type="hidden" name="id" value="${id}">
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Deny</button>
</form>
</html>
`
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text) => text.replace(/[&<>"']/g, (each) => ENTITIES[each])
