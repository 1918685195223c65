import type { ErrorCode } from '../../../errors.js'

/** Part of the way to a system at which a call can fail. */
export type Hop =
  | 'the Connectivity proxy'
  | 'the Cloud Connector'
  | 'the emulated Cloud Connector'
  | 'the system behind the Cloud Connector'
  | 'the system'
  | 'a hop on the way'

/** One kind of failure: when it applies, and what the error says about it. */
export interface FailureRule<Facts> {
  readonly applies: (facts: Facts) => boolean
  readonly code: ErrorCode
  readonly hop: Hop | ((facts: Facts) => Hop)
  readonly cause: (hop: Hop, facts: Facts) => string
  readonly fix: string | ((facts: Facts) => string)
}

/** The call that failed. */
export interface FailedCall {
  /** True if it went through the Connectivity proxy. */
  readonly proxied: boolean
  readonly userBound: boolean
  /** True if it was sent once more, with fresh tokens. */
  readonly isRepeated: boolean
  /** True if a CSRF token was asked for. */
  readonly withCsrf: boolean
}

/** Code, cause and fix of a failure, ready for a message. */
export interface Diagnosis {
  readonly code: ErrorCode
  readonly hop: Hop
  readonly cause: string
  readonly fix: string
}

/** Returns what the first rule that applies says; `undefined` if none applies. @internal */
export function diagnose<Facts>(
  rules: readonly FailureRule<Facts>[],
  facts: Facts
): Diagnosis | undefined {
  const rule = rules.find(({ applies }) => applies(facts))
  if (!rule) return undefined
  const { code, cause, fix } = rule
  const hop = typeof rule.hop === 'function' ? rule.hop(facts) : rule.hop
  return {
    code,
    hop,
    cause: cause(hop, facts),
    fix: typeof fix === 'function' ? fix(facts) : fix
  }
}
