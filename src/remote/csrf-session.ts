/** `cds.requires.<service>.csrf`: where and how the token is fetched. */
export interface CsrfOptions {
  /** Default: `head`. */
  readonly method?: string
  /** Default: the root of the service. */
  readonly url?: string
}
