import { runInThisContext } from 'node:vm'

const host = runInThisContext('process') as NodeJS.Process

/**
 * Node's own `require`, also inside jest: jest replaces that of the modules it loads, and its own can't load ES modules
 * without a flag. For ES-module-only dependencies (`jose`, `httpxy`), which must not break the tests of a project that
 * uses this package. (`process` of the sandbox is a copy; that of the main context is Node's.)
 *
 * @internal
 */
export const requireNative = host.getBuiltinModule('node:module').createRequire(__filename)
