import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

import { createMetadata } from '../saml/identity-provider.js'
import {
  type DelegationKeyFile,
  makeKeys,
  readKeys,
  rotate,
  type Step,
  writeKeys
} from './delegation-key-file.js'
import { setUpSteps } from './delegation-steps.js'

/** Options of `cds-principal delegations init`. */
export interface InitOptions {
  readonly out?: string
  readonly stdout?: boolean
  readonly issuer?: string
  readonly assertionIssuer?: string
  readonly origin: string
  readonly days: string
  readonly rotate?: boolean
  readonly project: string
}

/**
 * Makes the keys for delegated work, or the next step of their rotation, and prints the set-up.
 *
 * @throws Error for options that do not fit, and a file that is there already
 */
export async function initDelegations(options: InitOptions): Promise<void> {
  const { out, stdout = false, origin, project } = options
  if ((out === undefined) !== stdout) {
    throw new Error('name the file for the private keys (--out <file>), or ask for them (--stdout)')
  }
  if (stdout && options.rotate)
    throw new Error('--rotate needs the file with the keys: --out <file>')
  const days = Number(options.days)
  if (!(Number.isInteger(days) && days > 0))
    throw new Error('--days must be a whole number of days')
  const name = projectName(project)
  const issuer = options.issuer ?? `https://${name}.delegation.example`
  const assertionIssuer = options.assertionIssuer ?? `urn:${name}:delegation`
  const { keys, step } = await nextKeys(options, name, days)
  if (out === undefined) {
    process.stdout.write(`${JSON.stringify(keys, null, 2)}\n`)
    return
  }
  writeKeys(out, keys, step === 'made')
  const jwks = { keys: keys.assertionKeys.map(publicKeyOf) }
  writeFileSync(`${out}.jwks.json`, `${JSON.stringify(jwks, null, 2)}\n`)
  const certificates = jwks.keys.flatMap(({ x5c = [] }) => x5c)
  writeFileSync(`${out}.metadata.xml`, createMetadata(assertionIssuer, certificates, issuer))
  const inBase64 = Buffer.from(JSON.stringify(jwks)).toString('base64')
  console.log(setUpSteps({ step, out, issuer, assertionIssuer, origin, jwks: inBase64 }))
}

async function nextKeys(
  { out = '', rotate: isRotation }: InitOptions,
  name: string,
  days: number
): Promise<{ keys: DelegationKeyFile; step: Step }> {
  if (isRotation) return rotate(readKeys(out), name, days)
  return { keys: await makeKeys(name, days), step: 'made' }
}

/** Leaves out everything that is private. */
function publicKeyOf({
  kty,
  n,
  e,
  kid,
  alg,
  use,
  x5c
}: DelegationKeyFile['assertionKeys'][number]) {
  return { kty, n, e, kid, alg, use, ...(x5c && { x5c }) }
}

/** Name in the names of others: letters, digits and hyphens. */
function projectName(project: string): string {
  const file = join(resolve(project), 'package.json')
  const { name } = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as {
    name?: string
  }
  const plain = (name ?? basename(resolve(project))).toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return plain.replaceAll(/^-|-$/g, '') || 'application'
}
