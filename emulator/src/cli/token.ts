import { askLandscape } from '../process/control.js'

/** Options of `cds-principal token`. */
export interface TokenOptions {
  readonly grant: 'password' | 'client_credentials'
  /** Seconds. */
  readonly expiresIn?: number
  readonly issuer?: 'xsuaa' | 'ias'
  /** Tenant id of a subscriber. */
  readonly tenant?: string
  /** Folder of the CAP project whose landscape is asked. */
  readonly project: string
}

/**
 * Prints an access token of the landscape that `cds watch` runs for the project.
 *
 * @param user - one of `cds.requires.auth.users`; none for a token of the application itself
 * @throws Error with the next step, when no landscape runs or it does not know the user
 */
export async function printToken(user: string | undefined, options: TokenOptions): Promise<void> {
  const { grant, expiresIn, project, issuer, tenant } = options
  if (grant === 'password' && !user) throw new Error('name a user: token <user>')
  if (Number.isNaN(expiresIn)) throw new Error('--expires-in takes a number of seconds')
  const answer = await askLandscape(project, 'POST', '/token', {
    grant,
    ...(grant === 'password' && { user }),
    ...(expiresIn !== undefined && { expiresIn }),
    ...(issuer && { issuer }),
    ...(tenant !== undefined && { tenant })
  })
  if (!answer)
    throw new Error(
      `no emulator is running for ${project}: start it with "npx cds-principal-emulator" or "cds watch" there`
    )
  const { token, message } = answer.body as { token?: string; message?: string }
  if (!token) throw new Error(message ?? 'the emulator gave no token')
  process.stdout.write(`${token}\n`)
}
