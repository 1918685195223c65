import cds from '@sap/cds'

import { cap, isDatabase, overridable } from '../cap.js'
import { ConfigurationError } from '../errors.js'
import { beginAttempt } from './running.js'
import { recordKeys } from './keys/keys.js'
import { addDelegationModel } from './model.js'
import type { DelegatedService } from './options.js'
import type { IssueObserver } from './queue/issue.js'
import { delegateQueuedWork, keepRetention, refuseDelegatedWork } from './queue/queue.js'
import { registerTokenWays } from './tokens/register.js'
import { allTargets, configureTargets, hasMarkedEvents } from './targets.js'
import { wayFor } from './ways.js'

/** Seconds after the last of CAP's growing pauses between two attempts. */
const LONGEST_PAUSE = 1480

/** Attempts beyond `validFor`, so that its end is the reason for a dead letter, and not the number of attempts. */
const MORE_ATTEMPTS = 3

export { addModelToEnvironments } from './model.js'

/** First version of CAP with a queue that can keep authors. */
const LEAST_CAP = 10

/** Options by which a required service is queued, and their names. */
interface QueuedOptions {
  maxAttempts?: number
  queued?: unknown
  outboxed?: unknown
  outbox?: unknown
}

/** Configuration of CAP's queue. */
interface QueueRequires {
  readonly queue?: { readonly kind?: string; readonly legacyLocking?: boolean } | false
  readonly db?: unknown
  /** CAP takes its queue without scheduling for any falsy value. @see `@sap/cds/libx/queue/api.js` */
  readonly scheduling?: unknown
}

/**
 * Prepares the configuration for required services with a delegation: their table is deployed with the application, and their queues
 * have as many attempts as `validFor` takes. To be called when plugins are loaded, by every command.
 *
 * @throws {@link ConfigurationError}
 * @internal
 */
export function configureDelegations(requires: Readonly<Record<string, unknown>>): void {
  const services = checkDelegationOptions(requires)
  if (!services.length || !requires['queue']) return // the queue in memory keeps the token of the request
  addDelegationModel(requires)
  for (const each of services) setAttempts(requires[each.name] as QueuedOptions, each)
}

/**
 * Checks the required services with a delegation, and the queue that their work is in. The configuration stays as it is.
 *
 * @returns the services
 * @throws {@link ConfigurationError}
 * @internal
 */
export function checkDelegationOptions(
  requires: Readonly<Record<string, unknown>>
): readonly DelegatedService[] {
  const services = configureTargets(requires)
  const [first] = services
  if (!first) return services
  checkVersion(first.name)
  const { queue, db, scheduling } = requires as QueueRequires
  if (!queue) return services
  if (queue.legacyLocking) {
    throw new ConfigurationError(
      'cds.requires.queue.legacyLocking is true: it deletes messages in another transaction than that of their work, so a ' +
        'delegation could be used twice. Set it to false (the default of CAP 10)'
    )
  }
  // without a database CAP turns it off itself, and the queue is in memory
  if (db && !scheduling && queue.kind?.startsWith('persistent-')) {
    throw new ConfigurationError(
      'cds.requires.scheduling is off: without it, a message whose attempt has failed comes back unseen, so its delegation would ' +
        'stay in use, and nothing be tried again. Set it to true (the default of CAP 10)'
    )
  }
  return services
}

/**
 * Refuses CAP 9, whose queue makes no dead letter of a message that has no service any more, and deletes a task that was scheduled anew
 * while it ran: a record that is not accepted would block the queue, and work of an author could get lost.
 *
 * @param name - of a required service with a delegation
 * @throws {@link ConfigurationError}
 * @see `@sap/cds/libx/queue/index.js`, `processTasks`
 * @internal
 */
export function checkVersion(name: string, version: string = cds.version): void {
  if (keepsAuthors(version)) return
  throw new ConfigurationError(
    `cds.requires.${name}.delegation needs @sap/cds ${String(LEAST_CAP)} or newer, and this is ${version}: the queue of CAP 9 can't ` +
      'keep authors. Remove the option, or update @sap/cds'
  )
}

const keepsAuthors = (version: string) => Number(version.split('.', 1)[0]) >= LEAST_CAP

/**
 * Gives a service a queue of its own, named after it: CAP reads the attempts of a queue in `cds.requires.<name of the queue>`.
 *
 * @see `@sap/cds/libx/queue/processing.js`, `queued`, `cdsFlush`
 */
function setAttempts(options: QueuedOptions, { validFor }: DelegatedService): void {
  const given = [options.outbox, options.outboxed, options.queued].find(
    (each) => each !== undefined
  )
  if (typeof given === 'string') return // a queue of the application's own
  const own = typeof given === 'object' && given ? (given as QueuedOptions) : {}
  const maxAttempts = own.maxAttempts ?? options.maxAttempts ?? attemptsFor(validFor)
  const isQueued = Boolean(given) && options.queued !== false
  delete options.outbox
  delete options.outboxed
  Object.assign(options, { maxAttempts })
  // a queue for calls that are queued one by one, and no other call is queued
  if (isQueued) options.queued = { ...own, maxAttempts }
  else Object.assign(options, { queued: false, outboxed: { ...own, maxAttempts } })
}

/** Returns the number of attempts that take at least some seconds, with CAP's pauses. @internal */
export function attemptsFor(seconds: number): number {
  let attempts = 1
  for (let passed = 0; passed < seconds; attempts++) {
    passed += Math.min(1.5 ** attempts - 1, LONGEST_PAUSE)
  }
  return attempts + MORE_ATTEMPTS
}

/**
 * Installs what a server needs for its delegations. The start fails if there are no keys, or there is no way to a token. Without any
 * delegation, work that another process has queued for an author is refused.
 *
 * @param observer - is told about each record, and each refusal
 * @internal
 */
export function installDelegations(observer: IssueObserver): void {
  const isDelegating = allTargets().length > 0
  const requires: QueueRequires = cap.env.requires as never
  cds.on('connect', (service) => {
    if (!isDatabase(service)) return
    if (isDelegating) delegateQueuedWork(service, observer)
    else refuseDelegatedWork(service, keepsAuthors(cds.version) && Boolean(requires.scheduling))
  })
  if (!isDelegating) return
  registerTokenWays()
  cds.on('serving', (service) => {
    if (service instanceof cds.ApplicationService && hasMarkedEvents(service.name))
      beginFirst(service)
  })
  // CAP waits for it, unlike what its types say
  const check = (): unknown => checkDelegations(allTargets())
  cds.on('served', check)
  cds.on('served', keepRetention)
}

/** @throws {@link ConfigurationError} if there are no keys, or there is no way to a token */
async function checkDelegations(services: readonly DelegatedService[]): Promise<void> {
  await recordKeys(services[0]?.credentials)
  for (const each of services) wayFor(each)
  // CAP makes messages of a service that nobody has connected to dead letters, and they may be there at the start
  for (const each of services) await cds.connect.to(each.name)
}

/** Messages of a service of the application itself: what their handlers call is the author's. */
function beginFirst(service: cds.ApplicationService): void {
  const own = overridable(service)
  const { handle } = own
  own.handle = async function (req) {
    const attempt = beginAttempt(req, cap.context?.user)
    if (attempt) await attempt.send()
    return handle.call(this, req)
  }
}
