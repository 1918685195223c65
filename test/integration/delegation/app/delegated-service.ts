import { inspect } from 'node:util'

import cds, { type Request } from '@sap/cds'
import { revokeDelegations } from 'cds-principal'

import { setAvailable } from './password-way.js'

interface Work {
  readonly remote: string
  readonly marker: string
  readonly kind?: string
  readonly task?: string
}

/** Ways to queue a change of equipment. */
const KINDS: Record<string, (service: cds.Service, own: cds.Service, work: Work) => unknown> = {
  direct: (service, _, work) => service.run(change(work)),
  queued: (service, _, work) => cds.queued(service).run(change(work)),
  scheduled: (service, _, work) => schedule(service, work),
  task: (service, _, work) => schedule(service, work).as(work.task),
  later: (service, _, work) => schedule(service, work).as(work.task).after('1h'),
  unschedule: (service, _, { task }) =>
    (service as unknown as { unschedule(task?: string): unknown }).unschedule(task),
  every: (service, _, work) => schedule(service, work).as(work.task).every('1h'),
  nightly: (_, own, work) => cds.queued(own).emit('nightly', work),
  plain: (_, own, work) => cds.queued(own).emit('plain', work),
  nested: (_, own, work) => cds.queued(own).emit('nested', work),
  privileged: (service, _, work) => asPrivileged(() => cds.queued(service).run(change(work))),
  ofNobody: (_, own, work) => asPrivileged(() => cds.queued(own).emit('nightly', work))
}

function asPrivileged(work: () => unknown) {
  const context = { tenant: cds.context?.tenant, user: cds.User.privileged }
  return cds.tx(context as never, work as never)
}

/** Queues changes, and makes those of its own events. */
export class DelegatedService extends cds.ApplicationService {
  /** What handlers have seen of their messages, by marker. */
  readonly #seen = new Map<string, string>()

  override init() {
    this.on('plan', async ({ data }: Request<Work>) => {
      await KINDS[data.kind ?? '']?.(await cds.connect.to(data.remote), this, data)
    })
    for (const event of ['nightly', 'plain']) {
      this.on(event, async (req) => {
        const work = req.data as Work
        const isPrivileged = `is privileged: ${String(req.user.is('nobody has this role'))}`
        this.#seen.set(work.marker, isPrivileged + inspect(req, { depth: 9, showHidden: true }))
        await cds.unqueued(await cds.connect.to(work.remote)).run(change(work))
      })
    }
    this.on('nested', async ({ data }) => {
      const { marker, ...work } = data as Work
      const queue = scheduleOf(this)
      await queue('plain', { ...work, marker: `${marker}-after` })
        .as(marker)
        .after('1h')
    })
    this.on('seen', ({ data }: Request<{ marker: string }>) => this.#seen.get(data.marker))
    this.on('revoke', ({ data }: Request<{ user: string }>) => revokeDelegations(data))
    this.on('execute', async ({ data }: Request<{ sql: string }>) =>
      JSON.stringify(await cds.db.run(data.sql))
    )
    this.on('flush', () => void (cds as unknown as { flush: () => unknown }).flush())
    this.on('tokens', ({ data }: Request<{ available: boolean }>) => {
      setAvailable(data.available)
    })
    this.on('rows', async ({ data }: Request<{ name: string }>) =>
      JSON.stringify(await SELECT.from(data.name))
    )
    return super.init()
  }
}

interface Scheduled {
  as(task: string | undefined): Scheduled
  after(time: string): Scheduled
  every(time: string): Scheduled
}

function schedule(service: cds.Service, { marker }: Work): Scheduled {
  return scheduleOf(service)('PATCH', `/Equipment('${marker}')`, { EquipmentName: 'planned' })
}

function scheduleOf(service: cds.Service): (...args: unknown[]) => Scheduled {
  const { schedule } = service as unknown as { schedule: (...args: unknown[]) => Scheduled }
  return schedule.bind(service)
}

function change({ marker }: Work) {
  const key = { Equipment: marker, ValidityEndDate: '9999-12-31' }
  return UPDATE.entity('API_EQUIPMENT.Equipment', key).set({
    EquipmentName: 'changed'
  } as never)
}
