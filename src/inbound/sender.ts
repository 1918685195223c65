import type { IncomingMessage } from 'node:http'

/** Characters of `X-Forwarded-For`, and addresses, that are looked at. */
const MAX_FORWARDED = 400
const MAX_HOPS = 8

/**
 * Returns where a request comes from, the nearest address first. Proxies add at the end of `X-Forwarded-For`: what is before
 * that, the client may have invented. It decides about nothing but whose turn it is.
 *
 * @internal
 */
export function senderOf({ headers, socket }: IncomingMessage): string[] {
  const { remoteAddress = '' } = (socket as Partial<IncomingMessage['socket']> | undefined) ?? {}
  const forwarded = String(headers['x-forwarded-for'] ?? '').slice(-MAX_FORWARDED)
  const addresses = forwarded.split(',').map((address) => address.trim())
  return [remoteAddress, ...addresses.filter(Boolean).reverse()].slice(0, MAX_HOPS)
}
