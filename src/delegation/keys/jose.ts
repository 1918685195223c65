import { requireNative } from '../../lib/lazy.js'

/** Loads the library when it is needed first. @internal */
export const jose = () => requireNative('jose') as typeof import('jose')
