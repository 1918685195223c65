import { randomUUID } from 'node:crypto'

import { type AgentAddress, AgentService } from './agent-service.js'
import type { A2aAnswer, A2aConversation, A2aObject, A2aService } from './agent-types.js'
import { unknownMethod } from './failure.js'
import type { AgentClient } from './sessions.js'
import { type A2aClient, type A2aForm, type A2aSdk, a2aSdk } from './sdk.js'

/** Method of A2A: the function of its client, and the names of what it takes and returns. */
interface A2aMethod {
  readonly name: string
  readonly takes?: string
  /** Default: a task or a message. */
  readonly returns?: string
}

/** Methods of A2A 1.0 by the names of events. */
const METHODS: Readonly<Record<string, A2aMethod>> = {
  SendMessage: { name: 'sendMessage', takes: 'SendMessageRequest' },
  GetTask: { name: 'getTask', takes: 'GetTaskRequest', returns: 'Task' },
  CancelTask: { name: 'cancelTask', takes: 'CancelTaskRequest', returns: 'Task' },
  ListTasks: { name: 'listTasks', takes: 'ListTasksRequest', returns: 'ListTasksResponse' },
  GetAgentCard: { name: 'getAgentCard', returns: 'AgentCard' }
}

/** Place of an agent's card, below its URL. */
const CARD = '.well-known/agent-card.json'

/** A client with the card of the agent, which was fetched for one principal. */
interface A2aSession extends AgentClient {
  readonly client: A2aClient
  readonly forms: A2aSdk['forms']
}

/**
 * Required services of kind `a2a`: agents with A2A over JSON-RPC. The agent's card is read below the URL of the destination, and the
 * credentials of each message are those of the destination for the current principal.
 *
 * @example
 * ```ts
 * const hotel = await cds.connect.to('hotel')
 * const { task, message } = await hotel.ask('a room for tonight')
 * ```
 * @see https://a2a-protocol.org/v1.0.0/specification
 */
export class PrincipalA2aService extends AgentService<A2aSession> implements A2aService {
  /** Returns the agent's card. */
  card(): Promise<A2aObject> {
    return this.send('GetAgentCard')
  }

  /** Sends a text to the agent, as the current principal. */
  ask(text: string, conversation: A2aConversation = {}): Promise<A2aAnswer> {
    return this.send('SendMessage', { message: { parts: [{ text }], ...conversation } })
  }

  protected override loadClient(): void {
    a2aSdk(this.name)
  }

  protected override async open(address: AgentAddress, fetch: typeof globalThis.fetch) {
    const sdk = a2aSdk(this.name)
    const options = {
      fetchImpl: withinDestination(address, fetch),
      legacyCompat: { enabled: true }
    }
    const factory = new sdk.ClientFactory({
      transports: [new sdk.JsonRpcTransportFactory(options)],
      cardResolver: new sdk.DefaultAgentCardResolver(options)
    })
    return { client: await factory.createFromUrl(`${address.url}/${CARD}`, ''), forms: sdk.forms }
  }

  protected override async perform({ client, forms }: A2aSession, event: string, data: object) {
    const method = Object.hasOwn(METHODS, event) ? METHODS[event] : undefined
    if (!method) throw unknownMethod(this.name, event, Object.keys(METHODS))
    const { name, takes, returns } = method
    const parameters = takes ? [formOf(forms, takes).fromJSON(completed(data))] : []
    const request = client[name] as (...parameters: unknown[]) => Promise<object>
    const answer = await request.apply(client, parameters)
    if (returns) return formOf(forms, returns).toJSON(answer)
    if ('messageId' in answer) return { message: formOf(forms, 'Message').toJSON(answer) }
    return { task: formOf(forms, 'Task').toJSON(answer) }
  }
}

function formOf(forms: A2aSdk['forms'], name: string): A2aForm {
  return forms[name] as A2aForm
}

/** Adds to a message what every message has. */
function completed(data: object): object {
  const { message } = data as { message?: object }
  if (!message) return data
  return { ...data, message: { messageId: randomUUID(), role: 'ROLE_USER', ...message } }
}

/**
 * Returns a `fetch` for the URLs of an agent's card. On premise, these have the agent's own host: messages go to the same path at the virtual
 * host of the destination. Elsewhere, a URL of another host than the destination's is refused when it is sent to.
 */
function withinDestination({ url, isOnPremise }: AgentAddress, fetch: typeof globalThis.fetch) {
  if (!isOnPremise) return fetch
  const { origin } = new URL(url)
  return (input: string | URL | Request, init?: RequestInit) => {
    const { pathname, search } = new URL(input instanceof Request ? input.url : input)
    return fetch(origin + pathname + search, init)
  }
}

export default PrincipalA2aService
