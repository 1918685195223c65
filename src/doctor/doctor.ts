import { withoutSecrets } from '../lib/redact.js'
import { bindingFindings } from './hops/bindings.js'
import { callFindings } from './hops/calls/calls.js'
import { configurationFindings } from './hops/configuration.js'
import { deploymentFindings } from './hops/deployment.js'
import { destinationFindings } from './hops/destinations.js'
import type { DoctorOptions } from './environment.js'
import { type Facts, gatherFacts } from './facts.js'
import { roleFindings } from './hops/roles.js'
import { brokenBy, type Finding, type Hop, type Row, unseen } from './row.js'
import { openSession } from './hops/calls/session.js'
import { tokenFindings } from './hops/tokens.js'
import { issuerFindings } from './hops/trust.js'
import { tokenRoleFindings } from './hops/user-roles.js'

export type { DoctorOptions } from './environment.js'
export { type Row, summaryOf, textOf } from './row.js'

type Look = (facts: Facts) => readonly Finding[] | Promise<readonly Finding[]>

/**
 * Goes through the parts of the way of a call in their order, and changes nothing. What a failed part hides is
 * "unknown".
 *
 * @returns rows without secrets and tokens
 * @throws {@link ConfigurationError} for a file that can't be read
 */
export async function examine(options: DoctorOptions): Promise<Row[]> {
  const facts = await gatherFacts(options)
  const { session, finding } = await openSession(facts)
  const rows = await rowsOf(facts, [
    ['bindings', bindingFindings],
    ['tokens', tokenFindings],
    ['roles', roleFindings],
    ['roles', () => tokenRoleFindings(session, facts)],
    ['configuration', configurationFindings],
    ['destinations', destinationFindings]
  ])
  const calls = await callFindings(facts, session, rows)
  const others = await rowsOf(facts, [
    ['connection', () => calls.connection],
    ['as you', () => [finding ?? noToken, ...calls.asYou]],
    ['trust', issuerFindings],
    ['trust', () => calls.clocks],
    ['trust', deploymentFindings]
  ])
  return withoutSecrets([...rows, ...others], facts.secrets) as Row[]
}

/** Returns the rows of some looks, in their order. */
async function rowsOf(facts: Facts, looks: readonly (readonly [Hop, Look])[]): Promise<Row[]> {
  const rows: Row[] = []
  for (const [hop, look] of looks) {
    const found = await seen(hop, look, facts)
    rows.push(...found.map((each) => ({ hop, ...each })))
  }
  return rows
}

const noToken = unseen('your token', 'none was given', 'Add --token (or --as <user>).')

/** A look that fails is a row as well: the others go on. */
async function seen(hop: Hop, look: Look, facts: Facts): Promise<readonly Finding[]> {
  try {
    return await look(facts)
  } catch (error) {
    return [brokenBy(hop, error, 'Correct it, and run the command again.')]
  }
}
