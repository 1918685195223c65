import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { EmulatorOptions } from '../../../emulator/src/index.js'
import { createSigningIdentity } from '../../../emulator/src/saml/signing-identity.js'
import { RunningSample } from '../../support/running-sample.js'
import { SAMPLE, type SampleOptions } from '../../support/sample.js'
import type { OidcServer } from '../oidc/oidc-server.js'

/** The sample's own profile "external", with the provider of this test and `plain`, an issuer without an exchange. */
export async function startExternal(
  { issuer }: OidcServer,
  extra: string,
  landscape: Partial<EmulatorOptions> = {},
  { requires: services = {}, ...more }: Pick<SampleOptions, 'ca' | 'env' | 'requires'> = {}
): Promise<RunningSample> {
  const { key, certificate } = await createSigningIdentity('maintenance API')
  const { requires } = JSON.parse(readFileSync(join(SAMPLE, '.cdsrc.json'), 'utf8'))
  const { issuers, emulator } = requires.auth['[external]']
  const { external } = issuers
  external.issuer = issuer
  external.exchange.key = key
  emulator.trust.external.certificate = certificate
  const { exchange: _, ...without } = external
  const plain = {
    ...{ ...without, issuer: 'http://localhost:1', jwks: `${issuer}/jwks` },
    tokenType: undefined
  }
  return RunningSample.start(
    { ...more, extra, requires: { ...services, auth: { issuers: { external, plain } } } },
    { trust: emulator.trust, ...landscape }
  )
}
