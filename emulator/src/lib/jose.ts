import { requireNative } from './native.js'

/** `jose`, loaded by Node itself: it is an ES module. */
export const jose = requireNative('jose') as typeof import('jose')
