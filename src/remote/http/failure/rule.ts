import type { ErrorCode } from '../../../errors.js'

/** Part of the way to a system at which a call can fail. */
export type Hop =
  | 'before the call'
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
  /** Value that was sent, where it is at fault. */
  readonly sent?: (facts: Facts) => string | undefined
  readonly expected?: (facts: Facts) => string | undefined
  readonly fix: string | ((facts: Facts) => string)
}

/** The call that failed. */
export interface FailedCall {
  /** Name of the destination. */
  readonly destination?: string | undefined
  /** True if it went through the Connectivity proxy. */
  readonly proxied: boolean
  readonly userBound: boolean
  /** True if it was sent once more, with fresh tokens. */
  readonly isRepeated: boolean
  /** True if a CSRF token was asked for. */
  readonly withCsrf: boolean
  /** Path of the request, without keys and query. */
  readonly path?: string | undefined
  /** Host and port of the system. */
  readonly host?: string | undefined
  /** Client of the SAP system that the request names. */
  readonly sapClient?: string | undefined
  /** Location id of the Cloud Connector. */
  readonly locationId?: string | undefined
  /** Authentication of the destination. */
  readonly authentication?: string | undefined
}

/** Code, cause and fix of a failure, ready for a message. */
export interface Diagnosis {
  readonly code: ErrorCode
  readonly hop: Hop
  readonly cause: string
  readonly sent: string | undefined
  readonly expected: string | undefined
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
    sent: rule.sent?.(facts),
    expected: rule.expected?.(facts),
    fix: typeof fix === 'function' ? fix(facts) : fix
  }
}
