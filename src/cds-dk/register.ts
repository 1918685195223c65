import { developmentKit } from './development-kit.js'

/**
 * Registers `cds add principal` and the task of `cds build`, where `@sap/cds-dk` runs one of these commands. Servers do not
 * even load the code.
 *
 * @returns true if one of these commands runs
 * @internal
 */
export function registerCommands(): boolean {
  const { add, build } = developmentKit()
  /* eslint-disable @typescript-eslint/no-require-imports -- only in the processes of these commands */
  if (add) (require('./facet.js') as typeof import('./facet.js')).registerFacet(add)
  if (build)
    (require('./build-task.js') as typeof import('./build-task.js')).registerBuildTask(build)
  /* eslint-enable @typescript-eslint/no-require-imports */
  return Boolean(add ?? build)
}
