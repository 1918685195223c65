import type { TraceCall, TraceEvent, TraceRequest, TraceToken } from './types.js'

type Values = Readonly<Record<string, unknown>>

const TEXTS_OF_REQUEST = [
  'method',
  'path',
  'service',
  'issuer',
  'principal',
  'user',
  'tenant',
  'code',
  'hop',
  'cause',
  'fix',
  'context'
]

const TEXTS_OF_CALL = [
  'service',
  'destination',
  'authentication',
  'onBehalfOf',
  'user',
  'client',
  'actor',
  'tenant',
  'principal',
  'outcome',
  'code',
  'context'
]

const MAX_LENGTH = 2000
const MAX_NAMES = 100

/** Takes over the known facts of an event about a request, and nothing else. */
export function requestOf({ at, data }: TraceEvent): TraceRequest {
  const duration = numberOf(data['duration'])
  const token = data['token']
  return {
    ...texts(data, TEXTS_OF_REQUEST),
    ...(typeof data['status'] === 'number' && { status: data['status'] }),
    ...(typeof token === 'object' && token && { token: tokenOf(token as Values) }),
    roles: names(data['roles']) ?? [],
    authentication: numberOf(data['authentication']),
    duration,
    at: at - duration
  } as unknown as TraceRequest
}

/** Takes over the known facts of an event about a call, and nothing else. */
export function callOf({ at, data }: TraceEvent): TraceCall {
  const duration = numberOf(data['duration'])
  return { ...texts(data, TEXTS_OF_CALL), duration, at: at - duration } as unknown as TraceCall
}

function tokenOf(token: Values): TraceToken {
  const [audience, scopes, attributes] = ['audience', 'scopes', 'attributes'].map((name) =>
    names(token[name])
  )
  return {
    ...texts(token, ['issuer', 'client', 'actor', 'tenant', 'origin']),
    ...(audience && { audience }),
    ...(scopes && { scopes }),
    ...(attributes && { attributes }),
    ...(typeof token['expiresAt'] === 'number' && { expiresAt: token['expiresAt'] })
  }
}

/**
 * Returns the facts about a token that came to a service of the landscape.
 *
 * @param claims - not verified
 */
export function factsOf(claims: Values): TraceToken {
  const { iss, aud, azp, cid, scope, exp } = claims
  const attributes = claims['xs.user.attributes']
  return {
    ...texts({ ...claims, issuer: hostOf(iss), client: azp ?? cid, tenant: tenantIn(claims) }, [
      'issuer',
      'client',
      'tenant',
      'origin'
    ]),
    ...texts({ user: claims['user_name'] ?? claims['sub'] }, ['user']),
    audience: names(typeof aud === 'string' ? [aud] : aud) ?? [],
    scopes: names(typeof scope === 'string' ? scope.split(' ') : scope) ?? [],
    attributes: names(Object.keys(Object(attributes) as object)) ?? [],
    ...(typeof exp === 'number' && { expiresAt: exp })
  }
}

const tenantIn = (claims: Values) => claims['zid'] ?? claims['app_tid']

function hostOf(url: unknown): unknown {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : url
}

function texts(values: Values, known: readonly string[]): Record<string, string> {
  const found = known.flatMap((name) => {
    const value = values[name]
    return typeof value === 'string' ? [[name, value.slice(0, MAX_LENGTH)] as const] : []
  })
  return Object.fromEntries(found)
}

function names(values: unknown): string[] | undefined {
  if (!Array.isArray(values)) return undefined
  const known = values.filter((each): each is string => typeof each === 'string')
  return known.slice(0, MAX_NAMES).map((each) => each.slice(0, MAX_LENGTH))
}

const numberOf = (value: unknown) => (typeof value === 'number' ? value : 0)
