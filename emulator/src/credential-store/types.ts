/** Ways to log on to the service, as its instance offers them. */
export type StoreAuthentication = 'mtls' | 'basic' | 'oauth:mtls'

/** Permission of a binding. */
export type StorePermission = 'create' | 'read' | 'update' | 'delete' | 'list'

/** Option `credentialStore`: an instance of the SAP Credential Store, bound to the application. */
export interface CredentialStoreOptions {
  /** Default: `mtls`, as on BTP. */
  authentication?: StoreAuthentication
  /** `default_permissions` of the binding; default: all of them, as on BTP. */
  permissions?: readonly StorePermission[]
  /** Namespace of the keys of the option `delegation`; default: `cds-principal`. */
  namespace?: string
  /** Name of these keys; default: `delegation-keys`. */
  name?: string
}

/** Credential as it is created in the cockpit. */
export interface StoredCredential {
  /** Default: `key`. */
  type?: 'key' | 'password'
  name: string
  /** Base64 for a key, text for a password. */
  value: string
  format?: string
  metadata?: string
  username?: string
}

/** The content of the SAP Credential Store, as an administrator sees and changes it; needs the option `credentialStore`. */
export interface CredentialStore {
  /**
   * Creates a credential, or replaces it.
   *
   * @throws EmulatorError `ERR_EMULATOR_OPTIONS` for what the service does not allow
   */
  write(namespace: string, credential: StoredCredential): void
  /** Deletes a credential. @returns false if there is none */
  remove(namespace: string, name: string, type?: 'key' | 'password'): boolean
}
