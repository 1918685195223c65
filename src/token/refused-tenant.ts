import { TokenError } from '../errors.js'
import { FetchError } from './fetch-json.js'

/** 400 is SAP's answer for the keys of a tenant or client that may not call this application. @internal */
export function refusedTenant(error: unknown): never {
  if (error instanceof FetchError && error.reason === 'status' && error.status === 400) {
    throw new TokenError('ERR_TOKEN_TENANT', 'the issuer has no keys for the tenant of the token')
  }
  throw error
}
