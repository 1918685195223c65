import cds from '@sap/cds'

import { type AgentAddress, AgentService } from '../../../../src/remote/agents/agent-service.js'
import type { AgentClient } from '../../../../src/remote/agents/sessions.js'
import type { TokenUser } from '../../../../src/user/token-user.js'
import { tokenUser } from './token-user.js'

/** Client of a protocol in which each event is one message. */
interface EchoClient extends AgentClient {
  readonly url: string
  readonly fetch: typeof fetch
}

/** Sends a message with the client of the session. */
export type SendMessage = (init?: RequestInit) => Promise<Response>

/** An agent whose protocol needs no library. */
export class EchoAgent extends AgentService<EchoClient> {
  /** Addresses of the sessions that were opened. */
  readonly opened: AgentAddress[] = []
  /** Events with their data. */
  readonly performed: [string, object][] = []
  /** How an event is performed. */
  answer = async (message: SendMessage): Promise<unknown> => (await message()).text()
  loadClient = jest.fn()

  get limit(): number {
    return this.timeout
  }

  protected override open(address: AgentAddress, own: typeof fetch): Promise<EchoClient> {
    this.opened.push(address)
    return Promise.resolve({ url: address.url, fetch: own })
  }

  protected override perform(client: EchoClient, event: string, data: object): Promise<unknown> {
    this.performed.push([event, data])
    return this.answer((init) => client.fetch(client.url, { method: 'POST', body: '{}', ...init }))
  }
}

/** Returns an agent that is not started yet. */
export function echoAgent(options: object = {}, name = 'agent'): EchoAgent {
  const make = EchoAgent as unknown as new (...parameters: unknown[]) => EchoAgent
  return new make(name, undefined, {
    kind: 'echo',
    credentials: { destination: 'AGENT' },
    ...options
  })
}

/** Runs work as a user. */
export function as<T>(
  user: string | cds.User | TokenUser,
  work: () => Promise<T>,
  tenant = 't1',
  others: object = {}
): Promise<T> {
  const own = typeof user === 'string' ? tokenUser(user, tenant) : user
  return cds.tx({ tenant, user: own, ...others } as never, work as never) as unknown as Promise<T>
}
