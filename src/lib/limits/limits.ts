/** Defaults of `cds.requires.auth.limits`. @internal */
export const DEFAULT_LIMITS = { sockets: 2_000, waitingCalls: 10_000, platformRequests: 100 }

/** Limits of this process, over all its users and tenants. @internal */
export const limits = { ...DEFAULT_LIMITS }
