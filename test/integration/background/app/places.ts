import { AsyncResource } from 'node:async_hooks'

import cds, { type Request } from '@sap/cds'

type Work = () => Promise<unknown>

/** What a place works with. */
interface Scene {
  readonly req: Request
  /** Name of the required service that is called. */
  readonly remote: string
  readonly service: cds.Service
  /** The call itself. */
  readonly call: Work
}

/** Bound where the module is loaded: what it runs has no request around it, as a timer that was started then. */
const atStart = AsyncResource.bind((work: Work) => work())

const { privileged, anonymous } = cds.User

const asUser = (user: unknown, work: Work) => cds.tx({ user } as never, work as never)

/** Where code of a CAP application runs. */
export const places: Record<string, (scene: Scene) => unknown> = {
  request: ({ call }) => call(),
  nestedTx: ({ call }) => cds.tx(call as never),
  otherUser: ({ call }) => asUser(new cds.User('bob'), call),
  sameId: ({ call }) => asUser('alice', call),
  privileged: ({ call }) => asUser(privileged, call),
  anonymous: ({ call }) => asUser(anonymous, call),
  handedOn: ({ req, call }) => asUser(privileged, () => asUser(req.user, call)),
  emptyContext: ({ call }) => cds.tx(new cds.EventContext({} as never) as never, call as never),
  otherTenant: ({ call }) => cds.tx({ tenant: 'other' } as never, call as never),
  remoteTx: async ({ remote, call }) =>
    (await cds.connect.to(remote)).tx({ user: privileged } as never, call as never),
  spawned: ({ call }) => cds.spawn({}, call),
  spawnedPrivileged: ({ call }) => cds.spawn({ user: privileged }, call),
  repeated: ({ call }) => repeat({}, call),
  repeatedPrivileged: ({ call }) => repeat({ user: privileged }, call),
  longRunning: ({ call }) => repeat({}, call, { every: 500, times: 12 }),
  emitted: ({ service, req }) => service.emit('happened', req.data as object),
  succeeded: ({ req, call }) => {
    req.on('succeeded', () => void call())
  },
  failed: ({ req, call }) => {
    req.on('failed', () => {
      void cds.tx(call as never)
    })
    req.reject(418, 'on purpose')
  },
  timer: ({ call }) => setTimeout(() => void call(), 10),
  immediate: ({ call }) => setImmediate(() => void call()),
  startTimer: ({ call }) => atStart(call),
  startTimerByDefaultPrivileged: async ({ call }) => {
    const { default: before } = cds.User
    cds.User.default = cds.User.Privileged as never
    await atStart(call)
    cds.User.default = before
  },
  queued: async ({ remote, req }) => {
    await cds.queued(await cds.connect.to(remote)).send({ query: read(req.data) } as never)
  },
  queuedEmit: async ({ remote, req }) =>
    cds.queued(await cds.connect.to(remote)).emit('happened', req.data as object),
  queuedInTx: async ({ remote, req }) => {
    const s4 = cds.queued(await cds.connect.to(remote))
    await s4.tx(async (tx) => tx.run(read(req.data)))
  },
  scheduled: async ({ remote, req }) => {
    const s4 = await cds.connect.to(remote)
    await (s4 as Scheduling).schedule('READ', 'Equipment', req.data as object).after('1h')
  }
}

/** Not in the types yet: https://cap.cloud.sap/docs/node.js/queue */
type Scheduling = cds.Service & {
  schedule(event: string, path: string, data: object): { after(time: string): Promise<unknown> }
}

function read({ marker }: { marker: string }) {
  return SELECT.from('API_EQUIPMENT.Equipment').where({ Equipment: marker })
}

/** `cds.spawn` with `every`, which is over after some runs. */
function repeat(options: object, call: Work, { every = 20, times = 3 } = {}): void {
  const job = cds.spawn({ ...options, every }, async () => {
    if (--times <= 0) clearInterval((job as unknown as { timer: NodeJS.Timeout }).timer)
    if (times >= 0) await call()
  })
}
