import cds from '@sap/cds'

import { cap, checkMembers, checkPrepared } from './cap.js'
import type { Requires } from './cap-types.js'
import { authenticatesRequests, servicesOnBehalf } from './lib/adoption.js'
import { showBindings } from './configuration/bindings-for-plugins.js'
import { typeBindings } from './configuration/typed-bindings.js'
import { concealServiceRoles } from './inbound/service-roles.js'
import { answerFaultyQueries } from './inbound/query-fault.js'
import { registerCommands } from './cds-dk/register.js'
import { checkEffectiveKind } from './configuration/check-kind.js'
import { checkKeys } from './configuration/check-keys.js'
import { configureLimits } from './configuration/limit-options.js'
import { keepUsersOfSidecar } from './configuration/sidecar-users.js'
import {
  addModelToEnvironments,
  configureDelegations,
  installDelegations
} from './delegation/install.js'
import { checkBoundServices } from './destination/binding/binding.js'
import { warnOfMissingConnectivity } from './destination/look-up/missing-connectivity.js'
import { installFleetCache } from './fleet/install.js'
import { installRestart } from './fleet/drain/install.js'
import { installRotation } from './fleet/rotation/install.js'
import { noteSpawnedWork } from './lib/lifecycle/spawned-work.js'
import { isProduction } from './lib/profile.js'
import { maskTokenHeaders, quietLibraries } from './lib/log.js'
import { quietExplainedErrors } from './configuration/quiet-cap.js'
import { type AuthOptions, bindingsOf } from './options.js'
import { resourceMetadata, serveMetadata } from './inbound/metadata/metadata.js'
import { objectsOnly, withoutOwnCredentials } from './inbound/hardening.js'
import { clientText } from './inbound/client-text.js'
import { explainDenied } from './inbound/denied/denied-request.js'
import { installRestrictions } from './restrictions/install.js'
import { warnOfUnknownNames } from './restrictions/names/warn.js'
import {
  checkImplementation,
  checkRemoteServices,
  connectForeignServices
} from './remote/start-checks.js'
import { addAgentKinds } from './remote/agents/kinds.js'
import { queuedEvidence } from './remote/evidence/queued.js'
import { keepCredentialsOutOfQueue } from './remote/queue/row.js'
import { attachedLandscape } from './development/attached.js'
import { loadDevelopment } from './development/door.js'
import { warnOfMisspeltAttributes } from './development/misspelt-attributes.js'
import { askedNames } from './restrictions/describe.js'
import { unknownNames } from './restrictions/names/advice.js'
import type { Model } from './restrictions/model/definition.js'
import { mockedServices } from './development/mocked-services.js'
import { noteSubscribed } from './token/keys/subscribed-tenants.js'

/**
 * Registers what happens when in a CAP process with `"auth": "principal"`. With another authentication, services with `onBehalfOf` are
 * checked, and their errors get constant text for clients; without any of these, nothing happens at all.
 *
 * | when | what |
 * |---|---|
 * | `cds add`, `cds build` load plugins | the facet `principal` and the task of the build are registered |
 * | plugins load | the configuration is checked; in development the emulated landscape is joined, or a mock prepared |
 * | plugins load | the cache that instances share is connected, if one is configured |
 * | plugins load | services with a delegation get the table, the attempts and the records that it needs |
 * | a model is prepared for the runtime | conditions with `$user` get a form that CAP evaluates as its guide says |
 * | the model is loaded | CAP is checked for what this package needs of it; refusals at the door of a service get constant text for clients, and faulty queries an answer |
 * | the model is loaded | the metadata of endpoints gets its route |
 * | a service is served | its errors get constant text for clients |
 * | the server listens | what calls need is fetched, then the instance is ready; `SIGTERM` lets it finish its work |
 * | the server listens | in development the users and lines to try are printed |
 *
 * The rest is configuration: `kinds` in package.json name {@link auth} and {@link PrincipalRemoteService}.
 *
 * @throws {@link ConfigurationError} what stops the start
 * @see https://cap.cloud.sap/docs/node.js/cds-plugins
 * @internal
 */
export async function activate(): Promise<void> {
  const isForDevelopmentKit = registerCommands()
  if (!isProduction()) keepUsersOfSidecar()
  addModelToEnvironments()
  const { requires } = cap.env
  addAgentKinds(requires)
  if (isServing() && !mockedServices().length) {
    checkKeys(requires)
    checkEffectiveKind(requires)
  }
  cds.on('connect', checkImplementation)
  if (!authenticatesRequests() && !servicesOnBehalf().length) return
  quietLibraries()
  cds.on('served', quietExplainedErrors)
  noteSpawnedWork()
  typeBindings(requires)
  checkRemoteServices(requires)
  cds.on('connect', keepCredentialsOutOfQueue)
  configureLimits((requires.auth as Partial<AuthOptions> | undefined)?.limits)
  configureDelegations(requires)
  const isMock = isServing() && mockedServices().length > 0 && !isProduction()
  if (!isForDevelopmentKit && !isMock) installDelegations(queuedEvidence)
  if (isServing()) connectAll(requires)
  if (isServing() && isProduction()) {
    if (authenticatesRequests()) bindingsOf(requires.auth as AuthOptions, requires)
    await checkBoundServices(requires)
    cds.once('listening', () => void warnOfMissingConnectivity(requires))
  }
  if (!authenticatesRequests()) {
    cds.on('serving', answerWithConstantText)
    return
  }
  const auth = requires.auth as AuthOptions
  if (isMock) {
    loadDevelopment().prepareMock(mockedServices())
    return
  }
  if (isForDevelopmentKit) return // no model is compiled for a server
  if (!TOOLS.has(commandOf())) installRestrictions(explainDenied)
  // after all listeners for "bootstrap", which may replace middlewares, and before services are served
  cds.on('loaded', () => {
    if (!cap.app) return
    checkMembers()
    concealServiceRoles()
    answerFaultyQueries()
  })
  cds.on('serving', noteSubscriptions)
  cds.on('serving', (service) => {
    if (!(service instanceof cds.ApplicationService)) return
    checkPrepared(service)
    answerWithConstantText(service)
    void service.prepend(() => {
      service.before('*', withoutOwnCredentials)
    })
  })
  if (!isServing()) return
  prepareServer(requires)
  if (!isProduction()) await join(auth)
  presentBindings(auth, requires)
}

/** Bindings are where other plugins look, and in the metadata of endpoints. */
function presentBindings(auth: AuthOptions, requires: Requires): void {
  const bindings = bindingsOf(auth, requires)
  showBindings(auth, requires, bindings)
  const metadata = resourceMetadata(auth, bindings)
  cds.on('loaded', () => {
    serveMetadata(metadata)
  })
}

/** Connects what calls need, besides the services that CAP connects. */
function connectAll(requires: typeof cap.env.requires): void {
  // CAP waits for it, unlike what its types say
  const connect = (): unknown => connectForeignServices(requires, servicesOnBehalf())
  cds.on('served', connect)
  void installFleetCache(requires)
}

/** Prepares what only a server needs. */
function prepareServer(requires: Requires): void {
  maskTokenHeaders()
  warnOfUnknownNames()
  installRestart(requires)
  installRotation(requires)
  const { server } = cap.env
  server.body_parser = objectsOnly(server.body_parser)
}

/** Clients get constant text for errors of this package. */
function answerWithConstantText(service: cds.Service): void {
  if (service instanceof cds.ApplicationService) service.on('error', clientText)
}

/** A tenant that has just subscribed sends its first token soon. @see `@sap/cds-mtxs`, `cds.xt.DeploymentService` */
function noteSubscriptions(service: cds.Service): void {
  if (service.name !== 'cds.xt.DeploymentService') return
  service.after('subscribe', (_, { data }) => {
    noteSubscribed((data as { tenant?: unknown }).tenant)
  })
}

/** The emulated landscape, of which production does not even load the code. */
async function join(auth: AuthOptions): Promise<void> {
  /* eslint-disable @typescript-eslint/no-require-imports -- `import()` does not work in a project's jest */
  const { joinLandscape } =
    require('./development/landscape.js') as typeof import('./development/landscape.js')
  const { announce } =
    require('./development/announce.js') as typeof import('./development/announce.js')
  /* eslint-enable @typescript-eslint/no-require-imports */
  if (await joinLandscape(auth)) cds.once('listening', announce)
  configureDelegations(cap.env.requires) // the landscape has completed them
  if (attachedLandscape()) cap.on('loaded', (model: Model) => warnOfAttributes(auth, model))
}

function warnOfAttributes({ users }: AuthOptions, model: Model): void {
  const asked = askedNames(model, 'attribute').map(({ name }) => name)
  warnOfMisspeltAttributes(users, asked, (names) => unknownNames('attribute', names))
}

/** Other commands (`cds build`, `cds compile`, …) load plugins as well, and need no landscape. */
function isServing(): boolean {
  return commandOf() === 'serve'
}

/** Commands that print or write what is modelled, and serve nobody. */
const TOOLS = new Set(['build', 'compile', 'deploy', 'export', 'import', 'lint', 'parse'])

/** Empty in a process that is no command of CAP's: a test, a script. */
function commandOf(): string {
  return cap.cli?.command ?? ''
}
