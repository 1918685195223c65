import { randomBytes } from 'node:crypto'
import type { Client } from '../../support/client.js'
import { until } from './queue-sample.js'

const SERVICE = '/odata/v4/background'

/** What came of a call of S/4. */
export type Outcome = 'done' | { code: string; message: string }

/** A call of S/4, or several, from some place of an application. */
interface Background {
  readonly place: string
  readonly remote: string
  /** How many calls there will be; one, if nothing else is said. */
  readonly calls?: number
  /** Who asks for the outcomes, where the user can't any more. */
  readonly reader?: Client
}

/** Lets the application call S/4, and waits until that is done. */
export async function background(user: Client, work: Background) {
  const { place, remote, calls = 1, reader = user } = work
  const marker = newMarker()
  const { status, body } = await user.post(`${SERVICE}/start`, { place, remote, marker })
  return { marker, outcomes: await outcomesOf(reader, marker, calls), status, body }
}

/** What has come of the calls with that marker, when there are as many of them. */
export function outcomesOf(reader: Client, marker: string, calls: number): Promise<Outcome[]> {
  const ask = async () => {
    const { body } = await reader.get(`${SERVICE}/outcomes(marker='${marker}')`)
    return JSON.parse(body.value as unknown as string) as Outcome[]
  }
  return until(ask, ({ length }) => length >= calls)
}

/** A key of equipment that no other call uses. */
export function newMarker(): string {
  return `M${randomBytes(8).toString('hex')}`
}
