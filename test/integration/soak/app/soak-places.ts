import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import cds, { type Request } from '@sap/cds'

import { handedOver } from './soak-service.js'

/** Where some work is done. */
export interface Scene {
  readonly place: string
  readonly req: Request
  readonly service: cds.Service
  readonly work: () => Promise<void>
  /** Somebody else who has sent a request before: `<id>@<tenant>`. */
  readonly other?: string | undefined
  /** Milliseconds since the epoch, for work that is done then. */
  readonly until?: number | undefined
}

interface Known {
  readonly user: unknown
  readonly tenant: string | undefined
}

/** Users with their tokens, as an application could keep them by mistake. */
const known = new Map<string, Known>()

export function remember({ user, tenant }: Request): void {
  known.set(`${user.id}@${tenant ?? ''}`, { user, tenant })
}

const { privileged, anonymous } = cds.User

const within = (context: object, { work }: Scene) => cds.tx(context as never, work as never)

export const places: Record<string, (scene: Scene) => unknown> = {
  hello: () => undefined,
  request: ({ work }) => work(),
  queued: ({ work }) => work(),
  nestedTx: ({ work }) => cds.tx(work as never),
  spawned: ({ work }) => void cds.spawn({}, work),
  succeeded: ({ req, work }) => {
    req.on('succeeded', () => void work())
  },
  emitted: async ({ service, work }) => {
    const id = randomUUID()
    handedOver.set(id, work)
    await service.emit('happened', { work: id })
    handedOver.delete(id)
  },
  timer: ({ work }) => {
    setTimeout(() => void work(), 5)
  },
  privileged: (scene) => within({ user: privileged }, scene),
  spawnedPrivileged: ({ work }) => void cds.spawn({ user: privileged }, work),
  anonymous: (scene) => within({ user: anonymous }, scene),
  custom: (scene) => within({ user: new cds.User('u00') }, scene),
  other: (scene) => within(known.get(String(scene.other)) ?? {}, scene),
  foreign: (scene) => within({ user: known.get(String(scene.other))?.user }, scene),
  late: ({ work, until = 0 }) => {
    cds.spawn({}, async () => {
      await pause(Math.max(0, until - Date.now()))
      await work()
    })
  }
}
