import { IdentityServiceToken, XsuaaToken } from '@sap/xssec'

import { decode, type DecodedToken } from './decode.js'

/** In place of contents that nobody has looked at. */
const NOT_YET = { header: {}, payload: {} } as never

/**
 * A verified XSUAA token for `authInfo`, taken apart when somebody looks inside: most requests need no more of it than the
 * string. What is inside belongs to one request, so whatever code does to it stays there.
 *
 * @internal
 */
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

/** The same for a token of Identity Authentication: another class of the library, so another one here. @internal */
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
