/** Credentials of a binding of Identity Authentication that are read here. */
export interface IasCredentials {
  readonly clientid: string
  readonly url: string
  readonly domains: readonly string[]
  readonly app_tid?: string
}

/** Credentials of an XSUAA binding that are read here (VCAP_SERVICES.xsuaa[].credentials). */
export interface XsuaaCredentials {
  readonly clientid: string
  readonly xsappname: string
  readonly uaadomain: string
  readonly url?: string
  readonly clientsecret?: string
  readonly tenantid?: string
  readonly identityzoneid?: string
  readonly tenantmode?: string
}
