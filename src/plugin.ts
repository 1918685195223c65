import cds from '@sap/cds'

import { announce } from './announce.js'
import { joinLandscape } from './landscape.js'
import { ConfigurationError } from './errors.js'
import { maskTokenHeaders, quietLibraries } from './log.js'
import { type AuthOptions, bindingsOf, onBehalfOf, type RemoteOptions } from './options.js'
import { type BodyParserOptions, objectsOnly } from './request/json-body.js'
import { withoutOwnCredentials } from './request/batch-part.js'
import { clientText } from './request/client-text.js'
import { installRestrictions } from './restrictions/install.js'
import { warnOfUnknownNames } from './restrictions/warn-of-names.js'
import { checkNotQueued } from './remote/queue-refusal.js'
import { keepCredentialsOutOfQueue } from './remote/queue-row.js'

/**
 * What happens when in a CAP process:
 *
 * | when | what |
 * |---|---|
 * | plugins load | the configuration is checked; in development the emulated landscape is joined |
 * | a model is prepared for the runtime | conditions with `$user` get a form that CAP evaluates as its guide says |
 * | a service is served | its errors get constant text for clients |
 * | the server listens | in development the users and lines to try are printed |
 *
 * The rest is configuration: `kinds` in package.json name {@link auth} and {@link PrincipalRemoteService}.
 *
 * @throws {@link ConfigurationError} what stops the start
 * @see https://cap.cloud.sap/docs/node.js/cds-plugins
 * @internal
 */
export async function activate(): Promise<void> {
  quietLibraries()
  const { requires } = cds.env
  const auth = requires.auth as unknown as AuthOptions | undefined
  checkRemoteServices(requires)
  cds.on('connect', keepCredentialsOutOfQueue)
  if (auth?.kind !== 'principal') return
  installRestrictions()
  cds.on('serving', (service) => {
    if (!(service instanceof cds.ApplicationService)) return
    service.on('error', clientText)
    void service.prepend(() => {
      service.before('*', withoutOwnCredentials)
    })
  })
  if (!isServing()) return
  maskTokenHeaders()
  warnOfUnknownNames()
  const server = cds.env.server as { body_parser?: BodyParserOptions }
  server.body_parser = objectsOnly(server.body_parser)
  if (await joinLandscape(auth)) cds.once('listening', announce)
  bindingsOf(auth, requires as never)
}

/** Other commands (`cds build`, `cds compile`, …) load plugins as well, and need no landscape. */
function isServing(): boolean {
  return (cds as unknown as { cli?: { command?: string } }).cli?.command === 'serve'
}

function checkRemoteServices(requires: Record<string, RemoteOptions | undefined>): void {
  const strict = Object.entries(requires).filter(
    ([name, options]) => options && onBehalfOf(name, options)
  )
  for (const [name, options] of strict) checkNotQueued(name, options ?? {})
  const { remote } = cds.env as { remote?: { native_fetch?: boolean } }
  if (strict[0] && remote?.native_fetch) {
    throw new ConfigurationError(
      `cds.remote.native_fetch is true, but cds.requires.${strict[0][0]}.onBehalfOf is set: CAP's own HTTP client ` +
        'can not propagate a user. Remove "native_fetch"; the SAP Cloud SDK comes with this package.'
    )
  }
}
