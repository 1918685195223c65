import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

import type { AuditEntry, EmulatorOptions } from '../../../emulator/src/index.js'
import { isCap9 } from '../../support/cap-version.js'
import { sharedDescriptor } from '../../support/descriptor.js'
import type { Client } from '../../support/client.js'
import { RunningSample } from '../../support/running-sample.js'
import type { SampleOptions } from '../../support/sample.js'
import { REQUIRED } from './required.js'

/** CAP's default of attempts, after which a message is a dead letter. */
export const MAX_ATTEMPTS = isCap9 ? 20 : 10

/** How CAP can queue messages. */
export const QUEUES: Record<string, Partial<SampleOptions>> = {
  'persistent queue': {},
  'persistent queue without scheduling': {
    env: { cds_requires_scheduling: 'false', cds_requires_queue_chunkSize: '200' }
  },
  'in-memory queue': { env: { cds_requires_queue: 'false' } }
}

/** A row of `cds.outbox.Messages`. */
export interface QueueRow {
  readonly msg: string
  readonly attempts: number
  readonly lastError: string | null
  readonly status: string | null
}

const ON_PREMISE = { URL: 'http://s4.internal:44300', ProxyType: 'OnPremise' }

const LANDSCAPE = {
  destinations: {
    S4: { ...ON_PREMISE, Authentication: 'PrincipalPropagation' },
    S4_SYSTEM: { ...ON_PREMISE, Authentication: 'NoAuthentication' }
  },
  onPremise: { 's4.internal:44300': { backend: join(__dirname, 'backend.ts') } }
}

/** The sample with services that queue their work, and a system that notes everybody. */
export function startQueueSample(
  options: Partial<SampleOptions>,
  users?: EmulatorOptions['users']
): Promise<RunningSample> {
  const requires = { ...REQUIRED, ...options.requires }
  return RunningSample.start(
    { ...options, extra: join(__dirname, 'app'), requires },
    { ...LANDSCAPE, ...(users && { users, xsSecurity: sharedDescriptor() }) }
  )
}

/** The table of queued messages. */
export async function messages(client: Client): Promise<QueueRow[]> {
  const { body } = await client.get('/odata/v4/jobs/messages()')
  return JSON.parse(body.value as unknown as string) as QueueRow[]
}

/** Milliseconds after which what a test waits for does not come any more: less than a test may take, which then says what has come. */
const PATIENCE = 80_000
/** The same for a test that may take several minutes. */
export const LONG_PATIENCE = 150_000

/** Waits until something holds, and gives what it was asked of; in the end also without. */
export async function until<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  patience = PATIENCE
): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    const answer = await ask()
    if (holds(answer) || performance.now() > end) return answer
    await pause(50)
  }
}

/** Common name of the certificate that came, or null. */
export function nameOf({ subject }: AuditEntry): string | null {
  return subject?.replace('CN=', '') ?? null
}
