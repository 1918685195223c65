/** A value, or the promise of it. What is kept is there at once: to wait for it would cost more than to find it. */
export type Ready<T> = T | Promise<T>

/**
 * Goes on with a value when it is there, and at once where it is no promise.
 *
 * @throws what `next` throws, as a rejection where the value was a promise
 * @internal
 */
export function whenReady<T, R>(value: Ready<T>, next: (value: T) => Ready<R>): Ready<R> {
  return value instanceof Promise ? value.then(next) : next(value)
}

/**
 * Work whose failures mean something else here, whether they are thrown or rejections.
 *
 * @param meaning - of what was thrown
 * @internal
 */
export function orFailure<T>(work: () => Ready<T>, meaning: (error: unknown) => Error): Ready<T> {
  const fail = (error: unknown) => {
    throw meaning(error)
  }
  try {
    const result = work()
    return result instanceof Promise ? result.catch(fail) : result
  } catch (error) {
    return fail(error)
  }
}
