import { cap } from '../cap.js'

/** True if anybody has subscribed to an event on `cds`. @internal */
export function hasListeners(event: string): boolean {
  return cap.listenerCount(event) > 0
}

/**
 * Calls all listeners of an event on `cds`. One that fails does not keep others from being called.
 *
 * @param warn - gets the errors of listeners
 * @internal
 */
export function notifyListeners(event: string, fact: object, warn: (error: unknown) => void): void {
  for (const listener of cap.rawListeners(event)) {
    try {
      Promise.resolve(listener(fact)).catch(warn)
    } catch (error) {
      warn(error)
    }
  }
}
