import { runInThisContext } from 'node:vm'

const host = runInThisContext('process') as NodeJS.Process

/**
 * Node's own `require`, also inside jest: jest replaces that of the modules it loads, and its own can't load ES modules
 * without a flag. For dependencies that are ES modules only (`jose`, `httpxy`). `process` of jest's sandbox is a copy; that of
 * the main context is Node's.
 */
export const requireNative = host.getBuiltinModule('node:module').createRequire(__filename)
