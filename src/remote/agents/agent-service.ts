import cds from '@sap/cds'

import { cap } from '../../cap.js'
import { principalOf } from '../../user/principal-of.js'
import { decideCall } from '../call-decision.js'
import { CallEvidence } from '../evidence/call.js'
import { outboundDestination, type ReadyDestination } from '../outbound.js'
import { callPolicy, carriesUser, type OnBehalfOf } from '../policy/options.js'
import { outboundService, subjectOf, type TargetedService } from '../policy/service-target.js'
import { checkNotQueued } from '../queue/refusal.js'
import { contextOfMessage, isQueued } from '../queue/tenant.js'
import { checkedSender } from '../checked-sender.js'
import { checkCloudSdk } from '../start-checks.js'
import { type AgentCall, currentCall, fetchAs, SessionLost, withinCall } from './agent-call.js'
import { agentFailure, isAnswer } from './failure.js'
import { ownerOf, sessionKeyOf } from './owner.js'
import { assertOwnToken, checkAgentOptions } from './refusals.js'
import { type AgentClient, Sessions } from './sessions.js'

const Stock = cap.Service

/** Milliseconds for a message, as for CAP's remote services. */
const TIMEOUT = 60_000

/** Address of an agent. */
export interface AgentAddress {
  readonly url: string
  /** True if its host is a virtual one of the Cloud Connector. */
  readonly isOnPremise: boolean
}

/** Decision about a call. */
type Decision = Awaited<ReturnType<typeof decideCall>>

/**
 * Required services that are agents. Events are the methods of the protocol, and their data the parameters. The principal of each call is
 * decided as for remote services of other kinds, and a session with an agent is of one principal.
 */
export abstract class AgentService<Client extends AgentClient> extends Stock {
  /** Value of `cds.requires.<service>.onBehalfOf`; without it the destination decides. */
  declare readonly onBehalfOf: OnBehalfOf | undefined
  declare readonly minTokenLifetime: number
  declare readonly clients: readonly string[] | undefined
  declare readonly destination: TargetedService['destination']
  declare readonly destinationOptions: NonNullable<TargetedService['destinationOptions']>
  declare readonly sessions: Sessions<Client>

  /** @throws {@link ConfigurationError} for options that are unknown or can't work, and when the client of the protocol is not installed */
  override async init(): Promise<void> {
    const { name, options } = this
    const { credentials = {}, destinationOptions = {} } = options
    checkNotQueued(name, options)
    checkAgentOptions(name, options)
    const policy = callPolicy(name, options)
    if (carriesUser(policy.onBehalfOf)) checkCloudSdk(`cds.requires.${name}.onBehalfOf`)
    const destination = credentials.destination ?? { name, ...credentials }
    this.loadClient()
    const own = {
      clients: undefined,
      ...policy,
      destination,
      destinationOptions,
      sessions: new Sessions()
    }
    for (const [property, value] of Object.entries(own))
      Object.defineProperty(this, property, { value })
    this.on('*', (req: cds.Request) => this.exchange(req))
    return super.init()
  }

  /** Loads the client of the protocol, as its absence is to stop the start. */
  protected abstract loadClient(): void

  /** Opens a session. @param fetch - for all its messages */
  protected abstract open(address: AgentAddress, fetch: typeof globalThis.fetch): Promise<Client>

  /** Sends one message, and returns the answer. */
  protected abstract perform(client: Client, event: string, data: object): Promise<unknown>

  /** Milliseconds for a message. */
  protected get timeout(): number {
    return this.options.requestTimeout ?? TIMEOUT
  }

  /** @throws {@link PropagationError} `ERR_QUEUED_NAMED_USER` */
  override async dispatch(req: cds.Request): Promise<unknown> {
    const sender = checkedSender(this, req)
    return sender === this ? super.dispatch(req) : sender.dispatch(req)
  }

  /**
   * @throws {@link PropagationError}, {@link DestinationError} before anything is sent
   * @throws {@link RemoteError} when the call fails on its way, or the agent answers with an error
   */
  override async handle(req: cds.Request): Promise<unknown> {
    const context = contextOfMessage(req)
    if (context) return cap.tx(context, () => this.handle(req))
    const evidence = new CallEvidence(subjectOf(this), isQueued(req) ? 'queue' : undefined)
    const decision = await this.decide(req, evidence)
    const call = this.callFor(decision, () => {
      evidence.sent()
    })
    try {
      const result = await withinCall(call, () => super.handle(req))
      evidence.done()
      return result
    } catch (error) {
      evidence.failed(error)
      throw error
    }
  }

  private async decide(req: cds.Request, evidence: CallEvidence): Promise<Decision> {
    const decision = await decideCall(this, req, evidence)
    try {
      await assertOwnToken(decision.outbound)
      return decision
    } catch (error) {
      evidence.refused(error)
      throw error
    }
  }

  private callFor(decision: Decision, sent: () => void): AgentCall {
    const { user, tenant } = cds.context ?? {}
    const { outbound, until } = decision
    const isDecided = () =>
      Date.now() < until && cds.context?.user === user && cds.context?.tenant === tenant
    const current = async () => (isDecided() ? outbound : this.outboundNow())
    const checked = async () => assertOwnToken(await current())
    return { outbound: checked, timeout: this.timeout, sent }
  }

  private outboundNow(): Promise<ReadyDestination> {
    const { user, tenant } = cds.context ?? {}
    return outboundDestination(outboundService(this), principalOf(user), tenant)
  }

  /** Sends the message of an event in the session of the current principal; once more if the session is over. */
  private async exchange({ event, data }: cds.Request): Promise<unknown> {
    const call = currentCall() as AgentCall
    try {
      return await this.exchangeOnce(call, event, (data ?? {}) as object).catch(
        (error: unknown) => {
          if (!(error instanceof SessionLost)) throw error
          return this.exchangeOnce(call, event, (data ?? {}) as object)
        }
      )
    } catch (error) {
      throw agentFailure(this.name, event, error, call)
    }
  }

  private async exchangeOnce(call: AgentCall, event: string, data: object): Promise<unknown> {
    const outbound = await call.outbound()
    const address = addressOf(outbound, this.options.credentials?.path)
    return this.sessions.use(
      await sessionKeyOf(outbound),
      () => this.open(address, fetchAs(this.name, ownerOf(outbound))),
      (client) => this.perform(client, event, data),
      isAnswer
    )
  }
}

function addressOf({ destination }: ReadyDestination, path = ''): AgentAddress {
  const base = String(destination.url).replace(/\/+$/, '')
  const url = path ? `${base}/${path.replace(/^\/+/, '')}` : base
  return { url, isOnPremise: destination.proxyType === 'OnPremise' }
}
