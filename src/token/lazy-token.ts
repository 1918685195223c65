import { IdentityServiceToken, XsuaaToken } from '@sap/xssec'

import { decode, type DecodedToken } from './decode.js'

/**
 * Tokens of `@sap/xssec` for `authInfo`, taken apart when somebody looks inside: most requests need no more of them than
 * the string. What is inside belongs to one request, so whatever code does to it stays there.
 */
const NOT_YET = { header: {}, payload: {} } as never

/** A verified XSUAA token. @internal */
export class LazyXsuaaToken extends XsuaaToken {
  #decoded: DecodedToken | undefined

  constructor(bearerToken: string) {
    super(bearerToken, NOT_YET)
  }

  override get header(): never {
    return (this.#decoded ??= decode(this.jwt)).header as never
  }

  override get payload(): never {
    return (this.#decoded ??= decode(this.jwt)).payload as never
  }
}

/** A verified token of Identity Authentication. @internal */
export class LazyIdentityServiceToken extends IdentityServiceToken {
  #decoded: DecodedToken | undefined

  constructor(bearerToken: string) {
    super(bearerToken, NOT_YET)
  }

  override get header(): never {
    return (this.#decoded ??= decode(this.jwt)).header as never
  }

  override get payload(): never {
    return (this.#decoded ??= decode(this.jwt)).payload as never
  }
}
