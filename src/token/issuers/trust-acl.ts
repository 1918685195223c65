import { ConfigurationError, TokenError } from '../../errors.js'
import { logWarning } from '../../lib/log.js'
import { printable } from '../../lib/redact.js'

/** A client, and the zone it may come from. `*` is any. */
interface TrustedClient {
  readonly clientid: string
  readonly identityzone: string
}

/** Sender of a token. */
export interface Caller {
  readonly client: string | undefined
  readonly tenant: string | undefined
}

/**
 * `SAP_JWT_TRUST_ACL`, where it is set: a list of the foreign clients and zones whose tokens are accepted. It only ever
 * narrows: issuer and audience decide first.
 *
 * @param value - of the environment variable
 * @param ownClient - client of the application, which needs no entry: users of subscribers come with it, too
 * @returns a check, or nothing when the list restricts nothing
 * @throws {@link ConfigurationError} when it is no JSON list of `{ clientid, identityzone }`
 * @internal
 */
export function trustAcl(
  value: string | undefined,
  ownClient: string
): ((caller: Caller) => void) | undefined {
  if (value === undefined || value === '') return undefined
  const list = parse(value)
  if (list.some(({ clientid, identityzone }) => clientid === '*' && identityzone === '*')) {
    logWarning('SAP_JWT_TRUST_ACL has an entry for any client of any zone: it restricts nothing')
    return undefined
  }
  return (caller) => {
    if (caller.client === ownClient) return
    if (list.some((entry) => allows(entry, caller))) return
    const [client, zone] = [printable(caller.client), printable(caller.tenant)]
    throw new TokenError(
      'ERR_TOKEN_AUDIENCE',
      "SAP_JWT_TRUST_ACL has no entry for the token's client and zone",
      {
        sent: `client ${client}, zone ${zone}`,
        expected: list.slice(0, MAX_SHOWN).map(textOf).join(' or ') || 'no other client',
        fix: 'Add the client and its zone to SAP_JWT_TRUST_ACL, if it may call this application.'
      }
    )
  }
}

/** Entries that are shown at most. */
const MAX_SHOWN = 3

const textOf = ({ clientid, identityzone }: TrustedClient) =>
  `client ${printable(clientid)}, zone ${printable(identityzone)}`

function allows({ clientid, identityzone }: TrustedClient, { client, tenant }: Caller): boolean {
  return (
    (clientid === '*' || clientid === client) && (identityzone === '*' || identityzone === tenant)
  )
}

function parse(value: string): TrustedClient[] {
  let list: unknown
  try {
    list = JSON.parse(value)
  } catch {
    list = undefined
  }
  if (Array.isArray(list) && list.every(isTrustedClient)) return list
  throw new ConfigurationError(
    'SAP_JWT_TRUST_ACL is not a JSON list of { "clientid": "…", "identityzone": "…" }',
    { fix: 'Correct it, or unset it.' }
  )
}

function isTrustedClient(entry: unknown): entry is TrustedClient {
  const { clientid, identityzone } = (entry ?? {}) as Partial<TrustedClient>
  return typeof clientid === 'string' && typeof identityzone === 'string'
}
