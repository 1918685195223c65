import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'

const host = runInThisContext('process') as NodeJS.Process

/**
 * Node's own `require`, also inside jest: jest replaces that of the modules it loads, and its own can't load ES modules
 * without a flag. For ES-module-only dependencies (`jose`, `httpxy`), which must not break the tests of a project that
 * uses this package. (`process` of the sandbox is a copy; that of the main context is Node's.)
 *
 * @internal
 */
export const requireNative = host.getBuiltinModule('node:module').createRequire(__filename)

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

/** The XML parser, loaded by the first call that needs it, and not by `import()`, as the Cloud SDK. @internal */
export function xmlDom(): Promise<typeof import('@xmldom/xmldom')> {
  return Promise.resolve(load('@xmldom/xmldom') as never)
}

/** XML signatures, in the same way. @internal */
export function xmlCrypto(): Promise<typeof import('xml-crypto')> {
  return Promise.resolve(load('xml-crypto') as never)
}
