import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { SAMPLE } from './sample.js'

/** Role template that lets tokens of a user be exchanged, as the documentation of XSUAA has it. */
export const TOKEN_EXCHANGE = { name: 'Token_Exchange', 'scope-references': ['uaa.user'] }

/** The sample's `xs-security.json` with {@link TOKEN_EXCHANGE}. */
export function exchangeDescriptor(changes: object = {}): object {
  const descriptor = JSON.parse(readFileSync(join(SAMPLE, 'xs-security.json'), 'utf8')) as {
    'role-templates': object[]
  }
  const templates = [...descriptor['role-templates'], TOKEN_EXCHANGE]
  return { ...descriptor, 'role-templates': templates, ...changes }
}

/** The same for many tenants. */
export const sharedDescriptor = () => exchangeDescriptor({ 'tenant-mode': 'shared' })
