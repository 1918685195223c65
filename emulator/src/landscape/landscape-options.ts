import type { Destinations, MockUser, OnPremiseSystem } from '../option-types.js'
import type { TrustOptions } from '../saml/trust.js'

/** A subscriber: a subaccount of its own, with its own identity provider, destinations and Cloud Connector. */
export interface TenantOptions {
  /** Label of its host names, `https://<subdomain>.localhost`; default: the tenant id in lower case. */
  subdomain?: string
  /** Its users, as in `users`; names can be the same as in other tenants. */
  users?: Readonly<Record<string, MockUser | string | boolean>>
  /** Its destinations; without, it has none. */
  destinations?: Destinations
  /** Its destination fragments; without, it has none. */
  fragments?: Destinations
  /** Trust configurations of its subaccount, as in `trust`; without, it has none. */
  trust?: Readonly<Record<string, TrustOptions>>
  /** Systems behind its own Cloud Connector; without, the provider's are exposed to it as well. */
  onPremise?: Readonly<Record<string, OnPremiseSystem>>
  /** Systems behind further Cloud Connectors of its own, by location id. */
  cloudConnectors?: Readonly<Record<string, Readonly<Record<string, OnPremiseSystem>>>>
}

/** Another application of the subaccount, with a security descriptor and an OAuth client of its own. */
export interface ApplicationOptions {
  /** Content of its xs-security.json, or the path of the file relative to `root`. */
  xsSecurity: object | string
  /** Name of its service instance, which `$XSSERVICENAME(…)` refers to; default: the name of the application. */
  instance?: string
}
