import { createRequire } from 'node:module'

const load = createRequire(__filename)

/** The XML parser, loaded by the first call that needs it, and not by `import()`: see cloud-sdk.ts. @internal */
export function xmlDom(): Promise<typeof import('@xmldom/xmldom')> {
  return Promise.resolve(load('@xmldom/xmldom') as never)
}

/** XML signatures, in the same way. @internal */
export function xmlCrypto(): Promise<typeof import('xml-crypto')> {
  return Promise.resolve(load('xml-crypto') as never)
}
