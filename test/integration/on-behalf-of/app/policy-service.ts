import cds, { type Request } from '@sap/cds'

import { places, type Work } from './places.js'
import { ways } from './ways.js'

interface Call {
  place: string
  way: string
  target: string
  options?: string
}

const evidence: object[] = []
const emitter = cds as unknown as NodeJS.EventEmitter
emitter.on('principal.call', (call: object) => evidence.push(call))
const requests: object[] = []
emitter.on('principal.request', (request: object) => requests.push(request))
emitter.on('principal.request', () => {
  throw new Error('another listener that fails')
})
emitter.on('principal.call', () => {
  throw new Error('a listener that fails')
})
const failsLater: () => unknown = () => Promise.reject(new Error('one that fails later'))
emitter.on('principal.call', failsLater)

/** Calls remote services as whoever the place says. */
export class PolicyService extends cds.ApplicationService {
  override init() {
    this.on('call', ({ data }: Request<Call>) => {
      const { place, way, target, options } = data
      const work: Work = () =>
        outcome(() => ways[way]?.(target, JSON.parse(options ?? '{}') as object))
      return places[place]?.(work)
    })
    this.on('requests', () => JSON.stringify(requests.splice(0)))
    this.on('evidence', () => JSON.stringify(evidence.splice(0)))
    return super.init()
  }
}

async function outcome(work: () => unknown): Promise<string> {
  try {
    return JSON.stringify((await work()) ?? null)
  } catch (error) {
    const { reason } = error as { reason?: object }
    // the SAP Cloud SDK wraps what stops it
    const { code, message } = innermost(error) as Error & { code?: string }
    return JSON.stringify({ code, message, status: statusOf(reason) })
  }
}

function statusOf(reason: object | undefined) {
  return (reason as { response?: { status?: number } } | undefined)?.response?.status
}

function innermost(error: unknown): unknown {
  const { cause } = error as { cause?: unknown }
  return cause instanceof Error ? innermost(cause) : error
}
