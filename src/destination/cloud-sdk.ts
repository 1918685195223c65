import { createRequire } from 'node:module'

type CloudSdk = typeof import('@sap-cloud-sdk/connectivity')

const load = createRequire(__filename)

let sdk: Promise<CloudSdk> | undefined

/**
 * `@sap-cloud-sdk/connectivity`, loaded when the first destination is resolved: an application may never call one. Asking the
 * module loader each time would cost more than everything else that a look-up in a cache takes. Not by `import()`, which does
 * not work in the jest of a project that uses this package.
 *
 * @internal
 */
export function cloudSdk(): Promise<CloudSdk> {
  sdk ??= Promise.resolve(load('@sap-cloud-sdk/connectivity') as CloudSdk)
  return sdk
}

/** `@sap-cloud-sdk/http-client`, in the same way. @internal */
export function cloudSdkHttpClient(): Promise<typeof import('@sap-cloud-sdk/http-client')> {
  return Promise.resolve(load('@sap-cloud-sdk/http-client') as never)
}
