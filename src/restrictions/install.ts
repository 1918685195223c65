import { cap, HANDLE_RESTRICTIONS } from '../cap.js'
import { ConfigurationError } from '../errors.js'
import { logWarning } from '../lib/log.js'
import { attributesFor, type TargetedRequest } from './model/attributes.js'
import type { EnforcedRequest } from './request/request.js'
import { enforceRestrictions, type HandlingService } from './enforce.js'
import { findTexts } from './request/find-texts.js'
import { debugRead } from './request/hidden.js'
import { hideConditions } from './read/hide-conditions.js'
import { hideUnreadable } from './read/hide-unreadable.js'
import { refuseCalculated, refuseHidingName } from './read/queries.js'
import { refuseForeignWords, refuseMadeByClient } from './read/words.js'
import { unsafeFinding } from './names/report.js'
import type { Model } from './model/definition.js'
import { restrictPaths } from './read/paths.js'
import { rewriteModel, type UnsafePlace } from './model/rewrite.js'
import { setDerivedAttributes, type UserRequest } from './request/request.js'

type CompileForNodejs = (csn: object, options?: object) => Model

const wrappers = new WeakSet<CompileForNodejs>()
const rewritten = new WeakSet<Model>()

type PreparedRequest = UserRequest & TargetedRequest & EnforcedRequest

/** Served application service, with the members that are used here. */
interface ApplicationService extends HandlingService {
  readonly name: string
  readonly model?: Model
  handle: (this: ApplicationService, request: PreparedRequest) => Promise<unknown>
}

/** Explains the error of a request for the log. */
type Explain = (error: unknown, request: PreparedRequest, service: ApplicationService) => void

/**
 * Makes conditions with `$user` in `@restrict` mean what CAP's guide says, in this process:
 *
 * - every model that CAP compiles for its runtime gets their normal form, also those of tenants and with toggled features;
 * - before an application service handles a request, what the conditions ask about the user is computed;
 * - what is written, and records that CAP can't look at, are checked by the same conditions.
 *
 * To be called while plugins load, before a model is compiled. The result of `cds.compile.for.nodejs` is what is rewritten:
 * listeners of `compile.for.runtime` may still extend the model after ours, and `cds build` emits it for other results.
 *
 * @param explain - is told of errors of requests, for the log
 * @throws {@link ConfigurationError} in production, when a model is compiled before the server listens and has a condition
 * for which there is no normal form. Elsewhere such a condition lets nobody pass, and there is a warning.
 * @see https://cap.cloud.sap/docs/node.js/cds-compile#cds-compile-for
 * @see https://cap.cloud.sap/docs/node.js/app-services#static-get-generics
 * @internal
 */
export function installRestrictions(explain: Explain = () => {}): void {
  const { for: targets } = cap.compile
  const compile = targets.nodejs
  if (wrappers.has(compile)) return
  const warned = new Set<string>()
  const wrapper: CompileForNodejs = (csn, options) => {
    prepareServices(warned, explain)
    return withRewritten(compile(csn, options), warned)
  }
  wrappers.add(wrapper)
  Object.defineProperty(targets, 'nodejs', { value: wrapper, writable: true, configurable: true })
}

/** CAP asks again for every transaction of a tenant with an extension. */
function withRewritten(model: Model, warned: Set<string>): Model {
  if (rewritten.has(model)) return model
  report(rewriteModel(model), warned)
  rewritten.add(model)
  return model
}

/** CAP calls what is called `handle_…` for every application service, when it is initialized. */
function prepareServices(warned: Set<string>, explain: Explain): void {
  const services = cap.ApplicationService
  services[HANDLE_RESTRICTIONS] ??= function (this: ApplicationService) {
    enforceRestrictions(this)
    const original = this.handle
    const endpoints = () => this.endpoints ?? [] // kept there; on the service of a transaction CAP makes them each time
    this.handle = function (request) {
      refuseMadeByClient(request)
      if (this.model) withRewritten(this.model, warned) // did not come from the compiler
      const handle = () => {
        prepare(this, request, endpoints)
        return original.call(this, request).catch((error: unknown) => {
          explain(error, request, this)
          throw error
        })
      }
      const hide = (error: unknown) => {
        throw hideConditions(error)
      }
      const { model, name } = this
      if (!model || request.user._is_privileged) return handle().catch(hide)
      const texts = findTexts(request, name, model)
      const handled = () => (texts ? texts.then(handle) : handle()).catch(hide)
      if (request.event !== 'READ') return hideUnreadable(request, model, handled)
      return handled().then((result) => {
        debugRead(request, result)
        return result
      })
    }
  }
}

/** Prepares a request. Nothing is awaited between this and CAP's check of the request. */
function prepare(
  { model, name }: ApplicationService,
  request: PreparedRequest,
  endpoints: () => NonNullable<ApplicationService['endpoints']>
): void {
  if (!model || request.user._is_privileged) return
  const service = {
    name,
    model,
    get endpoints() {
      return endpoints()
    }
  }
  refuseForeignWords(request, service)
  refuseHidingName(request)
  if (request.event === 'READ') restrictPaths(request, service)
  else refuseCalculated(request, service)
  const attributes = attributesFor(request, name, model)
  if (attributes.length) setDerivedAttributes(request, attributes)
}

function report(places: readonly UnsafePlace[], warned: Set<string>): void {
  const found = new Map(
    places.map(unsafeFinding).flatMap((each) => {
      return warned.has(each.message) ? [] : [[each.message, each] as const]
    })
  )
  for (const message of found.keys()) warned.add(message)
  const [first, ...others] = found.values()
  if (first && process.env.NODE_ENV === 'production' && !isListening()) {
    const more = others.length ? ` The same goes for: ${others.map(messageOf).join(' ')}` : ''
    throw new ConfigurationError(first.cause, { fix: `${first.fix}${more}` })
  }
  for (const message of found.keys()) logWarning(`${message} Until then it lets nobody pass.`)
}

const messageOf = ({ message }: { readonly message: string }) => message

function isListening(): boolean {
  const { app } = cap
  return Boolean(app?.server)
}
