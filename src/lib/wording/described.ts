/** Describes a value without showing it: it may be a secret in the wrong place. @internal */
export function described(value: unknown): string {
  if (Array.isArray(value)) return value.length ? 'a list' : 'an empty list'
  if (typeof value !== 'string')
    return typeof value === 'object' ? 'an object' : `a ${typeof value}`
  if (!URL.canParse(value)) return value === '' ? 'an empty text' : 'another text'
  const { protocol, host, username, hash } = new URL(value)
  const more = [username && 'with a user', hash && 'with a fragment'].filter(Boolean)
  return [`${protocol}//${host}`, ...more].join(' ')
}
