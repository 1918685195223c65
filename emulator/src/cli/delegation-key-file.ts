import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createDelegationKeys } from '../delegation/delegation-keys.js'

/** The content of the file, and of the service that has it: private keys, the first of each signs. */
export interface DelegationKeyFile {
  readonly recordKeys: readonly Key[]
  readonly assertionKeys: readonly Key[]
}

/** A private key (JWK); `kid` begins with the time at which it was made. */
export interface Key extends Readonly<Record<string, unknown>> {
  readonly kid: string
  readonly x5c?: readonly string[]
}

/** The step of a rotation that was made. */
export type Step = 'made' | 'added' | 'promoted' | 'removed'

const DAY = 86_400_000

/** Only the user reads and writes it. */
const MODE = 0o600

/**
 * Makes the first keys.
 *
 * @param name - common name in the certificate
 * @param days - validity of the certificate
 */
export async function makeKeys(name: string, days: number): Promise<DelegationKeyFile> {
  const { recordKey, assertionKey } = await newKeys(name, days)
  return { recordKeys: [recordKey], assertionKeys: [assertionKey] }
}

/** Makes the next step of a rotation: adds a second key, makes it the first, and removes the old one. */
export async function rotate(
  { recordKeys, assertionKeys }: DelegationKeyFile,
  name: string,
  days: number
): Promise<{ keys: DelegationKeyFile; step: Step }> {
  const [first, second] = assertionKeys
  if (!first || !second) {
    const added = await newKeys(name, days)
    const keys = {
      recordKeys: [...recordKeys, added.recordKey],
      assertionKeys: [...assertionKeys, added.assertionKey]
    }
    return { keys, step: 'added' }
  }
  const isPromoted = first.kid > second.kid
  const change = (all: readonly Key[]) => (isPromoted ? all.slice(0, 1) : all.toReversed())
  return {
    keys: { recordKeys: change(recordKeys), assertionKeys: change(assertionKeys) },
    step: isPromoted ? 'removed' : 'promoted'
  }
}

async function newKeys(
  name: string,
  days: number
): Promise<Record<'recordKey' | 'assertionKey', Key>> {
  const kid = `${new Date().toISOString()}-${randomBytes(4).toString('hex')}`
  const { recordKey, assertionKey } = await createDelegationKeys(name, kid, days * DAY)
  return { recordKey: { ...recordKey, kid }, assertionKey: { ...assertionKey, kid } }
}

/** @throws Error for a file that is not there, or has something else */
export function readKeys(file: string): DelegationKeyFile {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  try {
    const { recordKeys, assertionKeys } = JSON.parse(text) as Partial<DelegationKeyFile>
    if (recordKeys?.length && assertionKeys?.length) return { recordKeys, assertionKeys }
  } catch {
    // no keys in it; the message has no content
  }
  throw new Error(`${file} has no keys of a delegation: leave --rotate out to make the first ones`)
}

/** Writes the file for this user only. @throws Error for a new file that is there already */
export function writeKeys(file: string, keys: DelegationKeyFile, isNew: boolean): void {
  if (isNew && existsSync(file)) {
    throw new Error(
      `${file} is there already: name another file, or use --rotate for the next step`
    )
  }
  const text = `${JSON.stringify(keys, null, 2)}\n`
  const next = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(next, text, { mode: MODE, flag: 'wx' })
  chmodSync(next, MODE)
  renameSync(next, file)
}
