import { join } from 'node:path'

import type { Emulator, VcapServices } from '../../../emulator/src/index.js'
import { startLandscape } from '../../support/emulator.js'
import { type Sample, type SampleOptions, startSample } from '../../support/sample.js'

const SYSTEM = 'x.internal:443'
const S4 = {
  URL: `http://${SYSTEM}`,
  ProxyType: 'OnPremise',
  Authentication: 'PrincipalPropagation'
}
const ANYWHERE = { Authentication: 'NoAuthentication' }

/** Options with which the sample is started. */
export type Options = Omit<SampleOptions, 'emulator'>
type Bindings = Record<keyof VcapServices, { credentials: Record<string, unknown> }[] | undefined>
/** Changes the bindings of the sample. */
export type Change = (bindings: Bindings) => void

/** A required service with a destination. */
export const calling = (destination: string, more: object = {}) => ({
  kind: 'rest',
  credentials: { destination },
  ...more
})
/** The sample with one more required service. */
export const withService = (options: object): Options => ({ requires: { S: options } })
/** The sample with options of the authentication. */
export const withAuth = (options: object): Options => ({
  requires: { auth: { kind: 'principal', ...options } }
})

/**
 * Starts the landscape for applications with a mistake.
 *
 * @param port - at which nobody listens
 */
export function startSeeds(port = 1): Promise<Emulator> {
  return startLandscape({
    destinations: {
      S4,
      HOST: { ...S4, URL: 'http://y.internal:443' },
      HTTPS: { ...S4, URL: `https://${SYSTEM}` },
      LOCATION: { ...S4, CloudConnectorLocationId: 'berlin' },
      INTERNET: { ...S4, ProxyType: 'Internet' },
      NONE: { ...S4, ...ANYWHERE },
      NOWHERE: { URL: 'https://nowhere.invalid', ...ANYWHERE },
      CLOSED: { URL: `https://localhost:${String(port)}`, ...ANYWHERE }
    },
    users: { alice: { roles: ['Technician'] } },
    onPremise: {
      [SYSTEM]: {
        backend: 'test/integration/explain/outbound-backend.ts',
        resources: [{ path: '/sap', subpaths: true }]
      }
    }
  })
}

/** Starts the sample in production, bound to the landscape. */
export function startWith(
  emulator: Emulator,
  change: Change | undefined,
  options: Options = {}
): Promise<Sample> {
  const bindings = structuredClone(emulator.vcapServices()) as unknown as Bindings
  change?.(bindings)
  const env = {
    NODE_ENV: 'production',
    cds_log_format: 'plain',
    VCAP_SERVICES: JSON.stringify(bindings)
  }
  const extra = join(__dirname, 'outbound-app')
  return startSample({ emulator, extra, ...options, env: { ...env, ...options.env } })
}

/** Changes the credentials of a binding. */
export const set =
  (label: keyof VcapServices, changes: object): Change =>
  (bindings) => {
    Object.assign(bindings[label]![0]!.credentials, changes)
  }
/** Takes a binding away. */
export const without =
  (label: keyof VcapServices): Change =>
  (bindings) => {
    bindings[label] = undefined
  }

/** Lines that explain a failure, without tokens, secrets and names of users. */
export function linesIn(emulator: Emulator, output: string): string[] {
  const secrets = Object.values(emulator.vcapServices() as unknown as Bindings).flatMap((all) =>
    (all ?? []).map(({ credentials }) => String(credentials['clientsecret']))
  )
  for (const secret of [...secrets, 'eyJ', 'alice']) expect(output).not.toContain(secret)
  return output.split('\n').filter((line) => /ERR_[A-Z_]+ · /.test(line))
}

/** Begin of the command at the end of a line. */
export const TO_EXPLAIN = ' · → npx cds-principal explain '
