import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import type { Client } from '../../support/client.js'

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
  let outcomes: Outcome[] = []
  for (let tries = 0; outcomes.length < calls && tries < 600; tries++) {
    if (tries) await pause(50)
    const answer = await reader.get(`${SERVICE}/outcomes(marker='${marker}')`)
    outcomes = JSON.parse(answer.body.value as unknown as string) as Outcome[]
  }
  return { marker, outcomes, status, body }
}

/** A key of equipment that no other call uses. */
export function newMarker(): string {
  return `M${randomBytes(8).toString('hex')}`
}
