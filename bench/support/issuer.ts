import { fork } from 'node:child_process'
import { once } from 'node:events'
import tls from 'node:tls'

import type { IssuerAnswer, IssuerOrder } from '../processes/issuer-server.js'
import { program } from './places.js'

/** A distant XSUAA and Identity Authentication in a process of their own, which this process trusts. */
export interface DistantIssuer {
  readonly url: string
  readonly host: string
  /** Tokens with these claims. */
  sign(claims: readonly Record<string, unknown>[]): Promise<readonly string[]>
  /** When it was asked since the last time, milliseconds. */
  calls(): Promise<readonly number[]>
  stop(): void
}

/** @param keys - of all tenants together, or of each its own */
export async function startIssuer(keys: 'shared' | 'own'): Promise<DistantIssuer> {
  const child = fork(program('issuer-server'), [keys])
  const answer = async () => (await once(child, 'message')) as [never]
  const [{ url, ca }] = (await answer()) as [{ url: string; ca: string }]
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca])
  const order = async (what: IssuerOrder) => {
    child.send(what)
    const [answered] = (await answer()) as [IssuerAnswer]
    return answered
  }
  return {
    url,
    host: new URL(url).host,
    sign: async (claims) => (await order({ sign: claims })).tokens,
    calls: async () => (await order({})).calls,
    stop: () => {
      child.disconnect()
    }
  }
}
