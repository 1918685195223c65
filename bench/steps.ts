import type { Emulator } from '../emulator/src/index.js'
import { forged } from './steps/forged.js'
import { heldLoop } from './steps/held-loop.js'
import { type Effort, inbound } from './steps/inbound.js'
import { lists } from './steps/lists.js'
import { massWrites } from './steps/mass-writes.js'
import { memory } from './steps/memory.js'
import { noisy } from './steps/noisy.js'
import { outbound } from './steps/outbound.js'
import { read } from './steps/read.js'
import { restrictions } from './steps/restrictions.js'
import { startUp } from './steps/start-up.js'
import type { Target } from './support/targets.js'

/** What steps have in common. */
export interface Run {
  readonly effort: Effort
  readonly quick: boolean
  /** The landscape with one user and a system on premise, started when it is first asked for. */
  landscape(): Promise<Emulator>
}

/** A part of the benchmark that can be run by itself. */
export interface Step {
  readonly title: string
  measure(run: Run): Promise<Target[]>
}

/** By name, in the order in which they are run. */
export const STEPS: Readonly<Record<string, Step>> = {
  auth: {
    title: 'the auth middleware',
    measure: async ({ landscape, effort }) => inbound(await landscape(), effort)
  },
  calls: {
    title: 'remote calls',
    measure: async ({ landscape, effort }) => outbound(await landscape(), effort)
  },
  read: {
    title: 'a whole READ',
    measure: async ({ landscape, effort }) => read(await landscape(), effort)
  },
  memory: { title: 'memory', measure: memory },
  forged: { title: 'forged tokens of new tenants', measure: forged },
  'start-up': {
    title: 'start-up',
    measure: async ({ landscape, quick }) => startUp(await landscape(), quick ? 5 : 21)
  },
  restrictions: { title: 'a restricted READ', measure: ({ effort }) => restrictions(effort) },
  lists: { title: 'READs by lists of a user', measure: ({ effort }) => lists(effort) },
  'mass-writes': {
    title: 'UPDATEs of many restricted records',
    measure: ({ effort }) => massWrites(effort)
  },
  patterns: { title: 'many patterns of a user', measure: heldLoop },
  noisy: { title: 'a tenant with many calls', measure: noisy }
}
