/** Facts about a token that are shown. Nothing else of it is kept. */
export interface TraceToken {
  /** Host of `iss`. */
  readonly issuer?: string
  readonly audience?: readonly string[]
  readonly client?: string
  /** Actor that the token names. */
  readonly actor?: string
  readonly tenant?: string
  readonly origin?: string
  /** User id, as in the record of calls. */
  readonly user?: string
  /** Names of scopes. */
  readonly scopes?: readonly string[]
  /** Names of attributes. */
  readonly attributes?: readonly string[]
  /** Seconds since the epoch. */
  readonly expiresAt?: number
}

/** One request to the application. */
export interface TraceRequest {
  readonly method: string
  readonly path: string
  readonly service?: string
  readonly issuer?: string
  readonly principal: string
  readonly user?: string
  readonly tenant?: string
  readonly token?: TraceToken
  readonly roles?: readonly string[]
  readonly status?: number
  readonly code?: string
  readonly hop?: string
  readonly cause?: string
  readonly fix?: string
  readonly context?: string
  /** Milliseconds. */
  readonly authentication: number
  /** Milliseconds. */
  readonly duration: number
  /** Begin, in milliseconds since the epoch. */
  readonly at: number
}

/** One outbound call of the application. */
export interface TraceCall {
  readonly service?: string
  readonly destination?: string
  readonly authentication?: string
  readonly onBehalfOf?: string
  readonly user?: string
  /** Client through which the user came. */
  readonly client?: string
  /** Actor that the user's token names. */
  readonly actor?: string
  readonly tenant?: string
  readonly principal: string
  readonly outcome: string
  readonly code?: string
  readonly context?: string
  /** Milliseconds. */
  readonly duration: number
  /** Begin, in milliseconds since the epoch. */
  readonly at: number
}

/** One request to a service of the landscape. */
export interface TraceHop {
  /** Name of the service. */
  readonly station: string
  readonly method: string
  readonly path: string
  /** 0 without an answer. */
  readonly status: number
  /** Begin, in milliseconds since the epoch. */
  readonly at: number
  /** Milliseconds. */
  readonly duration: number
  /** `id`: the request had the correlation id; `time`: it had none, and came while only this request was handled. */
  readonly joined: 'id' | 'time'
  readonly grant?: string
  readonly client?: string
  /** Destination service: the kind of token that was asked for. */
  readonly retrieval?: string
  /** Virtual host. */
  readonly host?: string
  /** Subject of the certificate of the user; `null` without one. */
  readonly subject?: string | null
  /** User of the remote system, as its own record has it; `null` if it knows none. */
  readonly remoteUser?: string | null
  /** Token of the user that came with the request. */
  readonly token?: TraceToken
  /** Token of the application for the service itself. */
  readonly platformToken?: TraceToken
}

/** The way of one request through the application and the landscape; without `request`, of work in the background. */
export interface Trace {
  readonly id: number
  /** Changes with each addition, and is higher than all before. */
  readonly version: number
  readonly correlationId: string
  /** Correlation id of the request that has begun this work in the background, if the landscape has seen it. */
  readonly origin?: string
  readonly request?: TraceRequest
  readonly calls: readonly TraceCall[]
  readonly hops: readonly TraceHop[]
  /** True if the request or one of the calls has failed. */
  readonly failed: boolean
}

/** An event of an application process. */
export interface TraceEvent {
  readonly type: 'request' | 'call'
  /** End, in milliseconds since the epoch. */
  readonly at: number
  readonly data: Readonly<Record<string, unknown>>
}
