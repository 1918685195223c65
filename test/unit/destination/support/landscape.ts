import { getCACertificates, setDefaultCACertificates } from 'node:tls'

import {
  type Emulator,
  type EmulatorOptions,
  type IssueTokenOptions,
  startEmulator
} from '../../../../emulator/src/index.js'
import { type NamedUser, TokenPrincipal } from '../../../../src/user/principal.js'
import { TOKEN_EXCHANGE } from '../../../support/descriptor.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import { users, xsSecurity } from '../../../../emulator/test/support/maintenance.js'

const options: EmulatorOptions = {
  root: __dirname,
  xsSecurity: {
    ...xsSecurity,
    'role-templates': [...xsSecurity['role-templates'], TOKEN_EXCHANGE]
  },
  users: {
    ...users,
    alice: { roles: ['Technician', 'Token_Exchange'] },
    bob: { roles: ['Technician', 'Token_Exchange'] },
    tina: { roles: ['Technician', 'Token_Exchange'], tenant: 'customer-1' }
  }
}

/** An emulator to which the process is bound, and which it trusts. `eve` has no `uaa.user`; `tina` is of another tenant. */
export class Landscape {
  readonly emulator: Emulator
  readonly #vcap = process.env['VCAP_SERVICES']

  private constructor(emulator: Emulator) {
    this.emulator = emulator
  }

  static async start(changes: Partial<EmulatorOptions>): Promise<Landscape> {
    const landscape = new Landscape(await startEmulator({ ...options, ...changes }))
    trust(landscape.emulator.ca)
    process.env['VCAP_SERVICES'] = JSON.stringify(landscape.emulator.vcapServices())
    return landscape
  }

  /** A named user as inbound requests make one. */
  async user(user: string, token: IssueTokenOptions = {}): Promise<NamedUser> {
    const bearerToken = await this.emulator.issueToken({ user, ...token })
    const { exp, zid } = claimsOf(bearerToken)
    return new TokenPrincipal({
      userId: user,
      tenant: zid,
      issuer: 'xsuaa',
      expiresAt: exp,
      bearerToken
    })
  }

  /** How often each endpoint was called while `work` ran, told apart by what for. */
  async calls<T>(work: () => Promise<T>): Promise<{ result: T; calls: Record<string, number> }> {
    const endpoints = (['xsuaa', 'destination'] as const).map((endpoint) => ({
      endpoint,
      before: this.emulator.requests(endpoint).length
    }))
    const result = await work()
    const requests = endpoints.flatMap(({ endpoint, before }) =>
      this.emulator.requests(endpoint).slice(before)
    )
    const calls: Record<string, number> = {}
    for (const { grant, client, retrieval, path } of requests) {
      const service = /destination|connectivity/.exec(client ?? '')?.[0]
      const call = grant ? `${grant} ${service}` : (retrieval ?? path)
      calls[call] = (calls[call] ?? 0) + 1
    }
    return { result, calls }
  }

  async stop(): Promise<void> {
    if (this.#vcap === undefined) delete process.env['VCAP_SERVICES']
    else process.env['VCAP_SERVICES'] = this.#vcap
    await this.emulator.stop()
  }
}

/** For this process, as long as it runs. */
export function trust(ca: string): void {
  setDefaultCACertificates([...getCACertificates('default'), ca])
}
