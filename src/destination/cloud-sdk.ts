type CloudSdk = typeof import('@sap-cloud-sdk/connectivity')

let sdk: Promise<CloudSdk> | undefined

/**
 * `@sap-cloud-sdk/connectivity`, loaded when the first destination is resolved: an application may never call one. Asking the
 * module loader each time would cost more than everything else that a look-up in a cache takes.
 *
 * @internal
 */
export function cloudSdk(): Promise<CloudSdk> {
  sdk ??= import('@sap-cloud-sdk/connectivity')
  return sdk
}
