import { typedCredentials } from './lib/binding-credentials.js'
import { ConfigurationError } from './errors.js'
import type { IasCredentials } from './token/issuers/ias.js'
import type { OidcIssuerOptions } from './token/issuers/oidc-options.js'
import type { XsuaaCredentials } from './token/issuers/xsuaa.js'

/** A user of the emulated landscape, written as CAP's mocked users are. */
export interface UserOptions {
  /** Without one, any password will do, as for CAP's mocked users. */
  password?: string
  /** Names of role templates or role collections in `xs-security.json`; `<application>.<role>` for those of another one. */
  roles?: string[]
  /** Authorization policies of the user (AMS), with emulated Identity Authentication. */
  policies?: string[]
  /** Attributes that the user's role templates refer to: `$user.<name>`. */
  attr?: Record<string, unknown>
  /** Tenant id; the application's own tenant without it. */
  tenant?: string
  /** The user's id, if it is not the name of the entry; the user logs on with either. */
  id?: string
  /** Feature toggles of the user: `cds.context.features`. Default: those of the tenant. */
  features?: readonly string[] | '*' | null
}

/** An emulated subscriber. */
export interface TenantEmulation {
  /** Label of its host names. Default: its id. */
  subdomain?: string
  /** Its users; their names can be the same as in other tenants. */
  users?: Record<string, UserOptions | boolean>
  /** Its destinations; without, it has none. */
  destinations?: EmulationOptions['destinations']
  /** Its destination fragments; without, it has none. */
  fragments?: EmulationOptions['fragments']
  /** Systems behind its own Cloud Connector; without, those of the provider. */
  onPremise?: EmulationOptions['onPremise']
  /** Systems behind further Cloud Connectors of its own, by location id. */
  cloudConnectors?: EmulationOptions['cloudConnectors']
}

/** What the emulator of the BTP services serves in development; `false` turns it off. */
export interface EmulationOptions {
  /** Destinations by name, with the property names of the Destination service. */
  destinations?: Record<string, Record<string, string | boolean>>
  /** Destination fragments by name, with the properties that they add or replace. */
  fragments?: Record<string, Record<string, string | boolean>>
  /** Systems behind the Cloud Connector, by virtual host and port: `s4.internal:44300`. */
  onPremise?: Record<
    string,
    {
      backend?: string
      mocks?: { service: string; path?: string }[]
      resources?: object[]
      env?: Record<string, string>
    }
  >
  /** Subject of the user certificates that the Cloud Connector issues. Default: `CN=${name}`. */
  subjectPattern?: string
  /** Identity providers whose SAML assertions the emulated XSUAA takes for tokens, by origin key. */
  trust?: Record<string, object>
  /** Location id of the Cloud Connector. Default: none. */
  locationId?: string
  /** Systems behind further Cloud Connectors, by location id, each as in `onPremise`. */
  cloudConnectors?: Record<string, NonNullable<EmulationOptions['onPremise']>>
  /** Subscriber tenants by id, with users, destinations and systems of their own. */
  tenants?: Record<string, TenantEmulation>
  /** Other applications of the subaccount by name: the content or path of their `xs-security.json`. */
  applications?: Record<string, { xsSecurity: object | string; instance?: string }>
  /** Identity Authentication: `true`, or the parameters of its service instance. Default: none. */
  identity?: boolean | object
  /** Job Scheduling service: `true`, or the name of its service instance. Default: none. */
  jobScheduler?: boolean | { instance?: string }
}

/** `cds.requires.auth` of kind `principal`. */
export interface AuthOptions {
  readonly kind: string
  /** From the binding of XSUAA or Identity Authentication. */
  readonly credentials?: XsuaaCredentials | IasCredentials
  /** Passed on to `@sap/xssec`, as CAP does. */
  readonly config?: object
  /** Users of the emulated landscape; ignored where a real XSUAA is bound. */
  readonly users?: Record<string, UserOptions | string | boolean>
  /** Feature toggles of tenants of the emulated landscape, as for CAP's mocked users. */
  readonly tenants?: Record<string, { readonly features?: readonly string[] | string }>
  /** `true`: every request needs credentials. Default: the model decides, by `@requires` and `@restrict`. */
  readonly login_required?: boolean
  /** The emulated landscape of `cds watch`, or `false` for none. */
  readonly emulator?: EmulationOptions | false
  /** Claim of the bound services' tokens that becomes `user.id`; of a list the first that a token has. */
  readonly userId?: string | readonly string[]
  /** `false` turns off the check of the model in `cds build`. */
  readonly lint?: boolean
  /** Configuration of `@sap/ams`. */
  readonly ams?: object
  /** OpenID Connect issuers by alias, besides the bound services. */
  readonly issuers?: Record<string, OidcIssuerOptions>
}

/** Credentials of the bound services whose tokens are accepted. */
export interface Bindings {
  readonly xsuaa?: XsuaaCredentials
  readonly ias?: IasCredentials
}

/** Required services that are looked at for further bindings, as CAP does for its XSUAA fallback. */
export interface RequiredBindings {
  readonly xsuaa?: { readonly credentials?: XsuaaCredentials }
  readonly identity?: { readonly credentials?: IasCredentials }
}

/**
 * The bindings of `cds.requires.auth` itself, of `cds.requires.xsuaa` and of `cds.requires.identity`.
 *
 * @throws {@link ConfigurationError} when there is neither a binding nor another issuer
 * @internal
 */
export function bindingsOf(options: AuthOptions, requires: RequiredBindings): Bindings {
  const { issuers } = options
  const credentials = options.credentials && typedCredentials(options.credentials)
  const own = !credentials
    ? {}
    : 'domains' in credentials
      ? { ias: credentials }
      : { xsuaa: credentials }
  const xsuaa = own.xsuaa ?? requires.xsuaa?.credentials
  const identity = requires.identity?.credentials
  const ias = own.ias ?? (identity && typedCredentials(identity))
  if (xsuaa || ias || Object.keys(issuers ?? {}).length) {
    return { ...(xsuaa && { xsuaa }), ...(ias && { ias }) }
  }
  throw new ConfigurationError(
    'cds.requires.auth is of kind "principal", and neither XSUAA nor Identity Authentication is bound, nor is there an ' +
      'entry in cds.requires.auth.issuers: bind one (cds bind, or the bound service of the deployed application), or in ' +
      'development leave "cds.requires.auth.emulator" on, then cds watch brings its own.'
  )
}
