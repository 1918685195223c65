import { EventEmitter, once } from 'node:events'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'

import cds from '@sap/cds'
import { addTokenWay, DelegationError, type TokenWay } from 'cds-principal'

let isAvailable = true

/** Says when tokens are not held back any more, as they are from the start of a process with `HOLD_TOKENS`. */
const released = new EventEmitter()
let isHeld = Boolean(process.env.HOLD_TOKENS)

/** Lets the way to a token work, also for those who wait for it, or fail as in an outage. */
export function setAvailable(available: boolean): void {
  isAvailable = available
  isHeld = false
  released.emit('released')
}

/** A way that there is in tests only: the emulated XSUAA takes any password. */
const passwordWay: TokenWay = {
  name: 'password',
  isConfigured: () => true,
  claims: () => ['email'],
  async tokenFor({ author, service }) {
    if (isHeld) {
      console.log(`the token of ${author.userId} is held back`)
      await once(released, 'released')
    }
    if (!isAvailable) {
      const text = `there is no token for the author of work for "${service.name}"`
      throw new DelegationError('ERR_DELEGATION_TOKEN', text)
    }
    const { access_token: bearerToken } = await token(author.userId)
    const expiresAt = Math.floor(Date.now() / 1000) + 300
    return { ...author, issuer: 'xsuaa', expiresAt, bearerToken }
  }
}

interface Credentials {
  readonly url: string
  readonly clientid: string
  readonly clientsecret: string
}

function token(username: string): Promise<{ access_token: string }> {
  const { credentials } = cds.env.requires.auth as unknown as { credentials: Credentials }
  const { url, clientid: client_id, clientsecret: client_secret } = credentials
  const form = new URLSearchParams({
    ...{ grant_type: 'password', username, password: '' },
    ...{ client_id, client_secret }
  })
  return new Promise((done, fail) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const target = new URL('/oauth/token', url)
    request(target, { method: 'POST', headers, agent: false }, (res) => {
      json(res).then((answer) => {
        done(answer as { access_token: string })
      }, fail)
    })
      .on('error', fail)
      .end(form.toString())
  })
}

addTokenWay(passwordWay)

// the first process of several with one database
if (process.env.DEPLOY) {
  const { deploy } = cds as unknown as { deploy: (model: unknown) => { to(db: string): unknown } }
  cds.on('served', () => deploy(cds.model).to('db') as never)
}
