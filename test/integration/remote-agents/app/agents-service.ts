import cds, { type Request } from '@sap/cds'
import type { McpService } from 'cds-principal'

import { spans, traced } from './spans.js'

interface Call {
  readonly agent: string
  readonly how: string
  readonly event: string
  readonly data: string
}

const calls: object[] = []
const emitter = cds as unknown as NodeJS.EventEmitter
emitter.on('principal.call', (call: object) => calls.push(call))

/** Calls remote agents from handlers. */
export class AgentsService extends cds.ApplicationService {
  override init() {
    this.on('call', ({ data }: Request<Call>) => traced(() => outcome(() => WAYS[data.how]!(data))))
    this.on('seen', () => JSON.stringify({ calls: calls.splice(0), spans: spans.splice(0) }))
    this.on('tools', ({ data }: Request<Call>) =>
      outcome(async () => ((await cds.connect.to(data.agent)) as unknown as McpService).tools())
    )
    return super.init()
  }
}

const WAYS: Record<string, (call: Call) => Promise<unknown>> = {
  current: sent,
  privileged: (call) => cds.tx({ user: cds.User.privileged } as never, (() => sent(call)) as never),
  queued: async ({ agent, event, data }) =>
    cds.queued(await cds.connect.to(agent)).send(event, JSON.parse(data) as object)
}

async function sent({ agent, event, data }: Call): Promise<unknown> {
  return (await cds.connect.to(agent)).send(event, JSON.parse(data) as object)
}

async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify((await work()) ?? null)
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    return JSON.stringify({ code, message })
  }
}
