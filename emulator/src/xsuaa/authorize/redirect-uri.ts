/** The redirect URIs without an xs-security.json, or with one that names none: this machine. */
export const DEFAULT_REDIRECT_URIS: readonly string[] = ['http://localhost:*/**']

/**
 * True if a code may be sent to this URI. Scheme, host, port and path are compared one by one, so that no wildcard
 * reaches from one into the next: `http://localhost:*` is not `http://localhost:1@elsewhere.example`.
 *
 * @param patterns - `redirect-uris` of xs-security.json: `*` stands for a part of a host name or path, `**` for several
 */
export function isRedirectUri(patterns: readonly string[], uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const { protocol, hostname, port, pathname, username, password, hash } = new URL(uri)
  // RFC 6749 section 3.1.2: no fragment
  if (username || password || hash || uri.includes('#')) return false
  return patterns.some((pattern) => {
    const match = /^(https?:)\/\/([^/:?#]+)(?::([\d*]+))?(\/[^?#]*)?$/i.exec(pattern)
    if (!match) return false
    const [, scheme = '', host = '', ports = '', path = '/'] = match
    return (
      scheme.toLowerCase() === protocol &&
      matches(host.toLowerCase(), hostname, '[a-z0-9-]+', '[a-z0-9.-]+') &&
      (ports === '*' || ports === port) &&
      matches(path, pathname, '[^/]*', '.*')
    )
  })
}

function matches(pattern: string, text: string, one: string, several: string): boolean {
  const source = pattern
    .split(/(\*\*|\*)/)
    .map((part) =>
      part === '**' ? several : part === '*' ? one : part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    )
  return new RegExp(`^${source.join('')}$`).test(text)
}
