/** Parameter of a challenge by which a client finds out where to log on (RFC 9728, section 5.1). */
const METADATA =
  /^(Bearer(?: error="[a-z_]+")?),? resource_metadata="(https?:\/\/[\w.:-]+\/\.well-known\/oauth-protected-resource(?:\/[^\s"]+)+)"/

/** Returns a challenge without the URL of the metadata; it stays there if it is not well-formed. */
export function withoutMetadata(challenge: string | string[] | null | undefined) {
  if (challenge === null || challenge === undefined) return undefined
  return String(challenge).replace(METADATA, '$1')
}

/** Returns the URL of the metadata in a challenge. */
export function metadataIn(challenge: string | string[] | null | undefined): string | undefined {
  return METADATA.exec(String(challenge))?.[2]
}
