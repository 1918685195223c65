import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import cds, { type Request } from '@sap/cds'
import { onPrincipalCall } from 'cds-principal'

import { places, remember, type Scene } from './soak-places.js'
import { type Outcome, perform, type SoakCall } from './soak-calls.js'

interface Work extends Pick<Scene, 'place' | 'other' | 'until'> {
  readonly parallel: boolean
  readonly calls: readonly SoakCall[]
}

const outcomes = new Map<string, Outcome>()
const told: Record<string, number> = {}
onPrincipalCall(({ outcome, code }) => {
  const what = outcome === 'refused' ? String(code) : outcome
  told[what] = (told[what] ?? 0) + 1
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The application of the soak test. */
export class SoakService extends cds.ApplicationService {
  override init() {
    this.on('perform', async (req: Request<{ work: string }>) => {
      const { place, other, until, parallel, calls } = JSON.parse(req.data.work) as Work
      if (place === 'hello') remember(req)
      const queued = place === 'queued'
      const one = async (call: SoakCall) => {
        outcomes.set(call.marker, await perform(call, queued))
      }
      const work = async () => {
        if (parallel) await Promise.all(calls.map(one))
        else for (const call of calls) await one(call)
      }
      await places[place]?.({ req, service: this, work, other, until, place })
    })
    this.on('happened', async ({ data }) => {
      await handedOver.get((data as { work: string }).work)?.()
    })
    this.on('collect', ({ data }: Request<{ markers: string }>) => {
      const markers = JSON.parse(data.markers) as string[]
      const known = markers.flatMap((marker) => {
        const outcome = outcomes.get(marker)
        return outcome ? [[marker, outcome] as const] : []
      })
      if (known.length === markers.length) for (const [marker] of known) outcomes.delete(marker)
      return JSON.stringify(Object.fromEntries(known))
    })
    this.on('state', async () => JSON.stringify(await state()))
    return super.init()
  }
}

/** Work that a handler of an event does. */
export const handedOver = new Map<string, () => Promise<void>>()

async function state() {
  collectGarbage()
  const resources: Record<string, number> = {}
  for (const name of process.getActiveResourcesInfo()) resources[name] = (resources[name] ?? 0) + 1
  const table = 'cds.outbox.Messages'
  const hasTable = table in (cds.model?.definitions ?? {})
  return {
    heap: process.memoryUsage().heapUsed,
    resources,
    told,
    outcomes: outcomes.size,
    messages: hasTable ? ((await SELECT.from(table)) as object[]) : []
  }
}
