import { createRequire } from 'node:module'
import { runInThisContext } from 'node:vm'

import { ConfigurationError } from '../errors.js'

const host = runInThisContext('process') as NodeJS.Process

/**
 * Loads a module with Node's own `require`, also inside jest: jest replaces `require` in the
 * modules that it loads, and its own cannot load ES modules without a flag. For dependencies that
 * are ES modules only (`jose`), which must not break the tests of a project that uses this package.
 * The `process` of jest's sandbox is a copy; that of the main context is Node's.
 *
 * @internal
 */
export const requireNative = host.getBuiltinModule('node:module').createRequire(__filename)

type CloudSdk = typeof import('@sap-cloud-sdk/connectivity')

const load = createRequire(__filename)

let sdk: Promise<CloudSdk> | undefined

/**
 * Loads `@sap-cloud-sdk/connectivity` when the first destination is resolved, and keeps it: an
 * application may never call one, and asking the module loader for each call is slow. Does not use
 * `import()`, which fails in the jest of a project that uses this package.
 *
 * @internal
 */
export function cloudSdk(): Promise<CloudSdk> {
  sdk ??= Promise.resolve(load('@sap-cloud-sdk/connectivity') as CloudSdk)
  return sdk
}

/**
 * Returns the copy of `debug` that a library logs with; `undefined` where it has none.
 *
 * @param way - the library, behind the packages that bring it along
 * @internal
 */
export function debugOf(way: readonly string[]): { enable(namespaces: string): void } | undefined {
  try {
    const from = way.reduce((require, name) => createRequire(require.resolve(name)), load)
    return from('debug') as { enable(namespaces: string): void }
  } catch {
    return undefined
  }
}

/**
 * Loads `@sap/xssec` when the first token is fetched, as most commands need none.
 *
 * @internal
 */
export function xssec(): typeof import('@sap/xssec') {
  return load('@sap/xssec') as typeof import('@sap/xssec')
}

/**
 * Keeps the Cloud SDK from catching errors that end the start: its logger would print them as a part
 * of a long JSON object, and end the process three seconds later.
 *
 * @returns a function that gives the Cloud SDK its own way of logging such errors back
 * @see `@sap-cloud-sdk/util`, `disableExceptionLogger`
 * @internal
 */
export function letStartFail(): () => void {
  const util = cloudSdkUtil()
  util['disableExceptionLogger']?.()
  return () => util['enableExceptionLogger']?.()
}

/** Keeps the Cloud SDK from logging, in a command whose output is a report. @internal */
export function silenceCloudSdk(): void {
  cloudSdkUtil()['muteLoggers']?.()
}

/** Loggers of the Cloud SDK that warn of a binding that is not there. */
const LOGGERS_OF_BINDINGS = ['environment-accessor', 'destination-accessor-service']

/** Calls of {@link withoutBindingWarnings} that are under way. */
let quiet = 0

/**
 * Does something while the Cloud SDK does not warn of missing bindings: an entry of this package says what is missing, and what to
 * do about it.
 *
 * @internal
 */
export async function withoutBindingWarnings<T>(work: () => T | Promise<T>): Promise<T> {
  quiet += 1
  setSilent(true)
  try {
    return await work()
  } finally {
    quiet -= 1
    if (!quiet) setSilent(false)
  }
}

function setSilent(silent: boolean): void {
  const { getLogger } = cloudSdkUtil() as {
    getLogger?: (name: string) => { silent: boolean } | undefined
  }
  for (const name of LOGGERS_OF_BINDINGS) {
    const logger = getLogger?.(name)
    if (logger) logger.silent = silent
  }
}

type CloudSdkUtil = Readonly<Record<string, (() => void) | undefined>>

let util: CloudSdkUtil | undefined

/** Returns the module, which is looked for once: bindings are read every minute. */
function cloudSdkUtil(): CloudSdkUtil {
  util ??= createRequire(load.resolve('@sap-cloud-sdk/connectivity'))(
    '@sap-cloud-sdk/util'
  ) as CloudSdkUtil
  return util
}

/** Loads `@sap-cloud-sdk/http-client` in the same way. @internal */
export function cloudSdkHttpClient(): Promise<typeof import('@sap-cloud-sdk/http-client')> {
  return Promise.resolve(load('@sap-cloud-sdk/http-client') as never)
}

/**
 * Loads the XML parser, which only applications with SAML assertions need.
 *
 * @throws {@link ConfigurationError} when it is not installed
 * @internal
 */
export function xmlDom(): Promise<typeof import('@xmldom/xmldom')> {
  return Promise.resolve(loadForSaml('@xmldom/xmldom') as never)
}

/** Loads XML signatures. @throws as {@link xmlDom} @internal */
export function xmlCrypto(): Promise<typeof import('xml-crypto')> {
  return Promise.resolve(loadForSaml('xml-crypto') as never)
}

/**
 * Checks at start that the libraries for SAML assertions are installed.
 *
 * @throws as {@link xmlDom} @internal
 */
export function checkXmlLibraries(): void {
  for (const name of ['@xmldom/xmldom', 'xml-crypto']) loadForSaml(name)
}

function loadForSaml(name: string): unknown {
  try {
    return load(name) as unknown
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error
    throw new ConfigurationError(
      `SAML assertions need two more packages: npm add @xmldom/xmldom xml-crypto (${name} is not installed)`
    )
  }
}
