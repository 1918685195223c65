/** Member of a stored message with the record; of a selected message with the handle of its attempt. */
export const MEMBER = 'cds.principal.delegation'

/** The member is the last one, so that the message before it keeps each of its bytes. */
const RECORD = new RegExp(`,"${MEMBER.replaceAll('.', '\\.')}":"([\\w.-]{1,8192})"\\}$`)

/** Queued message, as CAP writes it. */
export interface StoredMessage {
  readonly service?: string
  readonly event?: string
  readonly context?: { readonly tenant?: unknown }
  /** Error in a message about a failure. */
  readonly results?: { readonly code?: unknown }
  readonly queue?: { readonly task?: unknown; readonly every?: unknown }
  readonly [MEMBER]?: unknown
}

/** Returns a message; `undefined` for text that is none. @internal */
export function parseMessage(text: string): StoredMessage | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found ? found : undefined
  } catch {
    return undefined
  }
}

/** Returns the text of a message with a record, or a handle. @internal */
export function withMember(text: string, value: string): string {
  return `${text.slice(0, -1)},"${MEMBER}":"${value}"}`
}

/** Message without its record. */
export interface Separated {
  readonly text: string
  /** Record, or handle; empty if it is not where it belongs. */
  readonly value: string
}

/** Returns a message and its record, one by one; `undefined` if there is none. @internal */
export function separate(text: string): Separated | undefined {
  if (!text.includes(MEMBER)) return undefined
  const [found, value] = RECORD.exec(text) ?? []
  if (found && value) return { text: text.slice(0, -found.length) + '}', value }
  return parseMessage(text)?.[MEMBER] === undefined ? undefined : { text, value: '' }
}
