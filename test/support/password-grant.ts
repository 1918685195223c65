import { request } from 'node:https'
import { json } from 'node:stream/consumers'

import type { Emulator } from '../../emulator/src/index.js'

/** What a token endpoint answers (RFC 6749, section 5.1). */
interface TokenAnswer {
  access_token: string
}

/** A token from the emulated XSUAA's token endpoint, as a client application gets it. */
export async function tokenOf(emulator: Emulator, user?: string): Promise<string> {
  const { clientid, clientsecret } = emulator.vcapServices().xsuaa[0]?.credentials as Record<
    string,
    string
  >
  const grant = user
    ? { grant_type: 'password', username: user, password: '' }
    : { grant_type: 'client_credentials' }
  const form = new URLSearchParams({
    ...grant,
    client_id: clientid ?? '',
    client_secret: clientsecret ?? ''
  })
  const { access_token } = await post(new URL('/oauth/token', emulator.url), emulator.ca, form)
  return access_token
}

function post(url: URL, ca: string, form: URLSearchParams): Promise<TokenAnswer> {
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const req = request(url, { method: 'POST', ca, headers, agent: false }, (res) => {
      json(res).then((answer) => {
        if (res.statusCode === 200) done(answer as TokenAnswer)
        else fail(new Error(`token endpoint: ${String(res.statusCode)}`))
      }, fail)
    })
    req.on('error', fail).end(form.toString())
  })
}
