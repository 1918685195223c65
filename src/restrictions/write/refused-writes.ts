const refused = new WeakSet()

/** Does a write, and remembers the error that it ends with. @internal */
export async function rememberRefusal<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (typeof error === 'object' && error !== null) refused.add(error)
    throw error
  }
}

/** True if a request was refused for what it has written: its record is no longer what it was. @internal */
export function isOfWritten(error: unknown): boolean {
  return typeof error === 'object' && error !== null && refused.has(error)
}
