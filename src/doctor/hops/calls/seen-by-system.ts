import { askRunningLandscape } from '../../../development/running.js'

/** Record that the landscape has of a call. */
interface Trace {
  readonly correlationId: string
  readonly version: number
  readonly hops: readonly {
    readonly station: string
    /** User of the system, as its own record has it; `null` if it has seen none. */
    readonly remoteUser?: string | null
  }[]
}

/** Milliseconds that the landscape has for its record. */
const PATIENCE = 2_000

/** A call that has been made. */
interface MadeCall {
  readonly correlationId: string
  readonly service: string
  /** Milliseconds. */
  readonly duration: number
}

/**
 * Asks the landscape that runs who the system behind the Cloud Connector has seen. The call is then on its page as well.
 *
 * @returns the user of the system; `null` if it has seen none; `undefined` where the call did not go there
 */
export async function userSeenBySystem(call: MadeCall): Promise<string | null | undefined> {
  const { correlationId } = call
  const before = await traces(0, 0)
  const latest = Math.max(0, ...before.map(({ version }) => version))
  const data = { ...call, principal: 'named', outcome: 'ok', context: 'background' }
  const events = [{ type: 'call', at: Date.now(), data }]
  await askRunningLandscape('POST', '/trace-events', { events })
  const found = await traces(latest, PATIENCE)
  const own = found.find((each) => each.correlationId === correlationId)
  return own?.hops.findLast(({ station }) => station === 'S/4')?.remoteUser
}

async function traces(after: number, timeout: number): Promise<readonly Trace[]> {
  const body = { after, timeout }
  const answer = await askRunningLandscape<{ traces?: Trace[] }>('POST', '/traces', body)
  return answer?.body.traces ?? []
}
