import { Command } from 'commander'

import { cap, loadProject, useProject } from '../cap.js'
import { entriesFor, type RevocationFilter, revokeDelegations } from '../delegation/revoke.js'
import { INSTALL_EMULATOR, isEmulatorInstalled, loadCommands } from '../development/door.js'
import { type DelegationEntry, inOwnTransaction, listEntries } from '../delegation/table.js'

/** Entries that are printed without `--limit`. */
const LIMIT = 50

interface Flags {
  readonly project: string
  readonly profile?: string
  readonly user?: string
  readonly tenant?: string
  readonly before?: string
  readonly json?: boolean
  readonly limit?: string
  readonly all?: boolean
}

/** Returns the command `delegations`. @internal */
export function delegationsCommand(): Command {
  const command = new Command('delegations').description(
    'list and revoke the delegations of queued work, and make their keys'
  )
  withFilter(command.command('list'))
    .description('print who has asked for which work, and what became of it; the latest first')
    .option('--limit <number>', 'number of delegations', String(LIMIT))
    .option('--json', 'print JSON')
    .action(list)
  withFilter(command.command('revoke'))
    .description('revoke delegations that are not used yet; their work becomes a dead letter')
    .option('--all', 'those of all users')
    .action(revoke)
  return command.addCommand(initCommand())
}

/** The emulator has the libraries that make keys and certificates; production needs none of them. */
function initCommand(): Command {
  if (isEmulatorInstalled()) return loadCommands().delegationsInitCommand()
  const needs = `needs the package with the emulated services: ${INSTALL_EMULATOR}`
  return new Command('init')
    .description(needs)
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new Error(`"delegations init" ${needs}`)
    })
}

function withFilter(command: Command): Command {
  return command
    .option('--user <id>', 'author, as the issuer of the token names the user')
    .option('--tenant <id>', 'tenant of the author')
    .option('--before <time>', 'only those that were issued before, ISO 8601')
    .option('--profile <profiles>', 'profiles of CAP, such as hybrid or production')
    .option('--project <folder>', 'folder of the CAP project', process.cwd())
}

/** Prints the delegations. @internal */
export async function list({ json, limit, ...flags }: Flags): Promise<void> {
  const number = Number(limit)
  if (!(number > 0)) throw new Error('--limit: use a number')
  const filter = filterOf(flags)
  const entries = await connected(flags, () =>
    inOwnTransaction(flags.tenant, () => listEntries(entriesFor(filter), number))
  )
  const output = json ? JSON.stringify(entries.map(shown), null, 2) : entries.map(lineOf).join('\n')
  process.stdout.write(`${output || 'No delegations.'}\n`)
}

/** Revokes delegations. @internal */
export async function revoke({ all, ...flags }: Flags): Promise<void> {
  if (!all && flags.user === undefined) throw new Error('name a --user, or --all')
  const filter = filterOf(flags)
  const count = await connected(flags, () => revokeDelegations(filter))
  process.stdout.write(`${String(count)} revoked\n`)
}

/** Refuses what is empty: a variable of a script that is not set would stand for all users, or all tenants. */
function filterOf({ user, tenant, before }: Flags): RevocationFilter {
  for (const [name, value] of Object.entries({ user, tenant })) {
    if (value?.trim() === '') throw new Error(`--${name}: it is empty`)
  }
  if (before !== undefined && Number.isNaN(Date.parse(before))) {
    throw new Error('--before: use a time such as 2026-01-31T12:00:00Z')
  }
  return {
    ...(user !== undefined && { user }),
    ...(tenant !== undefined && { tenant }),
    ...(before !== undefined && { before })
  }
}

/** Runs a function with the database of the project, or of the deployed application; open connections would keep the process. */
async function connected<T>({ project, profile }: Flags, run: () => Promise<T>): Promise<T> {
  useProject(project, profile)
  try {
    await loadProject()
    return await run()
  } finally {
    await cap.db?.disconnect?.()
  }
}

/** Leaves out what is of no use outside. */
function shown({ request: _, repeatable: __, ...entry }: DelegationEntry): object {
  return entry
}

function lineOf(entry: DelegationEntry): string {
  const { issuedAt, state, revokedAt, author, tenant, service, event, attempts, jti } = entry
  const current = revokedAt ? 'revoked' : state
  const times = attempts ? `${String(attempts)} attempt${attempts > 1 ? 's' : ''}` : 'not begun'
  return [issuedAt, current, author, tenant ?? '-', `${service}.${event}`, times, jti].join('  ')
}
