/** A token could not be had; the message becomes part of `error` in `authTokens`. */
export class RetrievalFailed extends Error {}
