import type { RequestListener } from 'node:http'

import type { JWTPayload, JWTVerifyGetKey } from 'jose'

import { jose } from '../../emulator/src/lib/jose.js'
import { send } from '../../emulator/test/support/http.js'
import { type HttpsServer, startHttpsServer } from './https-server.js'

/** The emulated XSUAA: its URL, and the PEM of its authority. */
export interface Issuer {
  readonly url: string
  readonly ca: string
}

/** A backend on the internet, so to speak, that can tell whose tokens of the emulated XSUAA come. */
export class InternetBackend {
  #server: HttpsServer | undefined
  #issuer: Issuer | undefined

  protected async listen(listener: RequestListener): Promise<void> {
    this.#server = await startHttpsServer(listener)
  }

  get url(): string {
    return this.#server!.url
  }

  get ca(): string {
    return this.#server!.ca
  }

  /** Whose tokens it takes: the emulator needs the backend's URL, and so is started later. */
  trust(issuer: Issuer): void {
    this.#issuer = issuer
  }

  async stop(): Promise<void> {
    await this.#server?.stop()
  }

  /** Fetches the keys that the issuer publishes now. */
  protected async publishedKeys(): Promise<JWTVerifyGetKey> {
    const { url, ca } = this.#issuer!
    const { body } = await send(`${url}/token_keys`, { ca })
    return jose.createLocalJWKSet(body)
  }

  /** @throws when the signature is not good, or the token has expired */
  protected async verified(token: string, keys = this.publishedKeys()): Promise<JWTPayload> {
    const { payload } = await jose.jwtVerify(token, await keys, { algorithms: ['RS256'] })
    return payload
  }
}
