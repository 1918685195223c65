import type { RestartOptions } from './fleet/drain/options.js'
import type { LimitOptions } from './configuration/limit-options.js'
import { typedCredentials } from './lib/binding-credentials.js'
import { ConfigurationError } from './errors.js'
import { noteOnPlatform } from './lib/profile.js'
import type { OidcIssuerOptions } from './token/issuers/oidc-options.js'
import type { IasCredentials, XsuaaCredentials } from './token/issuers/credentials.js'

/** A user of the emulated landscape, written as CAP's mocked users are. */
export interface UserOptions {
  /** Password of the user. Any password will do if there is none, as for CAP's mocked users. */
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

/**
 * Options of the emulated BTP services: destinations, systems behind the Cloud Connector, subscribers and so on. The package
 * `cds-principal-emulator` describes them (its `EmulatorOptions`) and checks them; `schema/cds-principal.json` completes them in
 * editors.
 */
export type EmulationOptions = Readonly<Record<string, unknown>>

/**
 * Host in the metadata of the application's endpoints. `{subdomain}` in `host` stands for the subdomain of a tenant.
 */
export interface MetadataHost {
  /** Host name, with its port unless that is 443. */
  readonly host: string
  /** Subdomain of the tenant whose users log on there, if the host does not say it. */
  readonly subdomain?: string
  /** Issuer of that tenant's Identity Authentication; `{subdomain}` is replaced. Default: the `url` of the binding. */
  readonly identity?: string
}

/** `cds.requires.auth.metadata`: metadata by which clients find out where their users log on (RFC 9728). */
export interface MetadataOptions {
  /** Hosts by which clients reach the application, besides its routes on Cloud Foundry. Default: none. */
  readonly hosts?: readonly (string | MetadataHost)[]
  /** `true`: the metadata of XSUAA is served as well (RFC 8414), for older clients. Default: `false`. */
  readonly authorizationServer?: boolean
}

/** `cds.requires.auth` of kind `principal`. */
export interface AuthOptions {
  readonly kind: string
  /** Credentials of the binding of XSUAA or Identity Authentication. */
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
  /** Begin and end of an instance while others serve. Default: on in production. */
  readonly restart?: RestartOptions | boolean
  /** Limits of an instance over all its tenants and users. */
  readonly limits?: LimitOptions
  /** OpenID Connect issuers by alias, besides the bound services. */
  readonly issuers?: Record<string, OidcIssuerOptions>
  /** Metadata of the endpoints; `false` for none. Default: served for the hosts that are known. */
  readonly metadata?: boolean | MetadataOptions
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
      'entry in cds.requires.auth.issuers',
    {
      fix:
        'Bind one (cds bind, or the bound service of the deployed application), or in development leave ' +
        '"cds.requires.auth.emulator" on, then cds watch brings its own.' +
        noteOnPlatform()
    }
  )
}

type Claims = Readonly<Record<string, unknown>>

/** Checks of `@sap/xssec` for which it needs the client certificate of a request. */
interface CertificateChecks {
  readonly x5t?: { readonly enabled?: unknown }
  readonly proofToken?: { readonly enabled?: unknown }
}

function checksIn(config: object | undefined): CertificateChecks {
  return (config as { validation?: CertificateChecks | null } | undefined)?.validation ?? {}
}

/**
 * True if a token of Identity Authentication is compared with the client certificate of the request on every route.
 *
 * @internal
 */
export function needsCertificate({ config }: AuthOptions, { aud }: Claims): boolean {
  const { x5t, proofToken } = checksIn(config)
  return Boolean(x5t?.enabled) || (Boolean(proofToken?.enabled) && [aud].flat().length > 1)
}

/**
 * Returns the options that check a token without a request: its client certificate is not known. A token that is bound to no
 * certificate is still refused, as in every request.
 *
 * @internal
 */
export function withoutCertificate(options: AuthOptions, { cnf }: Claims): AuthOptions {
  const { config } = options
  if (!config) return options
  const { x5t, proofToken: _, ...others } = checksIn(config)
  const { 'x5t#S256': thumbprint } = Object(cnf) as Claims
  return {
    ...options,
    config: { ...config, validation: { ...others, ...(!thumbprint && { x5t }) } }
  }
}
