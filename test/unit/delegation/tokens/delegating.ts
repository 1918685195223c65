import type { EmulatorOptions, IssueTokenOptions } from '../../../../emulator/src/index.js'
import { claimsOf } from '../../../../emulator/test/support/http.js'
import type { Author } from '../../../../src/delegation/author.js'
import { delegatedService, type DelegatedService } from '../../../../src/delegation/options.js'
import type { AuthorTokenRequest } from '../../../../src/delegation/ways.js'
import { cdsRequires } from '../../destination/support/cds-requires.js'
import { Landscape } from '../../destination/support/landscape.js'

type Options = Readonly<Record<string, unknown>>

const S4 = { URL: 'http://s4', ProxyType: 'OnPremise', Authentication: 'PrincipalPropagation' }

/** A landscape that trusts the application as an identity provider, with users in two tenants. */
export class Delegating {
  readonly landscape: Landscape
  /** Options of the ways by which it trusts the application. */
  readonly ways: Readonly<Record<'ias' | 'saml' | 'userToken', Options>>
  readonly keys: { readonly recordKeys: object[]; readonly assertionKeys: object[] }

  private constructor(landscape: Landscape) {
    this.landscape = landscape
    const { credentials = {} } = this.emulator.vcapServices()['user-provided']?.[0] ?? {}
    this.ways = credentials['ways'] as Delegating['ways']
    this.keys = credentials as unknown as Delegating['keys']
  }

  static async start(changes: Partial<EmulatorOptions> = {}): Promise<Delegating> {
    const destinations = { S4, ...changes.destinations }
    return new Delegating(await Landscape.start({ delegation: true, ...changes, destinations }))
  }

  get emulator() {
    return this.landscape.emulator
  }

  /** Configures the required service `S4` with these options of `delegation`, and returns it. */
  service(delegation: object, credentials: object = {}, requires: object = {}): DelegatedService {
    const { xsuaa, identity } = this.emulator.vcapServices()
    const auth = { kind: 'principal', credentials: xsuaa[0]?.credentials }
    const options = {
      onBehalfOf: 'namedUser',
      credentials: { destination: 'S4' },
      delegation: { credentials: 'keys', ...delegation }
    }
    cdsRequires({
      ...{ auth, identity: { credentials: identity?.[0]?.credentials } },
      ...{ keys: { credentials: { ...this.keys, ...credentials } }, S4: options, ...requires }
    })
    return delegatedService('S4', options) as DelegatedService
  }

  /** The author as a token of the user names him. */
  async author(user: string, token: IssueTokenOptions = {}): Promise<Author> {
    const claims = claimsOf(await this.emulator.issueToken({ user, ...token }))
    const isIas = token.issuer === 'ias'
    return {
      userId: isIas ? claims.sub : claims.user_name,
      tenant: isIas ? claims.app_tid : claims.zid,
      issuer: isIas ? 'ias' : 'xsuaa',
      origin: isIas ? claims.iss : claims.origin,
      subject: isIas ? claims.user_uuid : claims.user_id,
      claims: { email: claims.email }
    }
  }

  /** Counts the requests for tokens that `work` makes, by their grants. */
  async grants(work: () => Promise<unknown>): Promise<string[]> {
    const endpoints = ['xsuaa', 'identity'] as const
    const before = endpoints.map((each) => this.emulator.requests(each).length)
    await work()
    const all = endpoints.flatMap((each, i) => this.emulator.requests(each).slice(before[i]))
    return all.flatMap(({ grant }) => (grant ? [grant.split(':').at(-1) ?? ''] : []))
  }

  stop(): Promise<void> {
    return this.landscape.stop()
  }
}

/** A request for a token of an author. */
export function requestFor(author: Author, service: DelegatedService): AuthorTokenRequest {
  return { author, service, until: Date.now() / 1000 + 3600, minTokenLifetime: 5 }
}
