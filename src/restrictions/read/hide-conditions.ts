/** A filter of a path as CAP's messages show it: JSON, with the values of a user. */
const FILTER = /\[\{"(?:xpr|ref|val|list|func)":.*\}\]/s

/** Removes conditions, which have the values of a user, from the text of an error. @internal */
export function hideConditions(error: unknown): unknown {
  if (!(error instanceof Error) || !FILTER.test(error.message)) return error
  const { message, stack } = error
  error.message = message.replace(FILTER, '[…]')
  if (stack) error.stack = stack.replace(message, error.message).replace(FILTER, '[…]')
  return error
}
