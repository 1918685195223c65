/** A key store or trust store, as the Destination service answers it. */
export interface DestinationCertificate {
  Name: string
  /** The file, in Base64. */
  Content: string
  Type: 'CERTIFICATE'
}

/** A destination as the service stores it: names and values are strings, also `true` and `100`. */
export type DestinationConfiguration = Readonly<Record<string, string>>
