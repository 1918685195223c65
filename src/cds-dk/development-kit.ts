import { cap } from '../cap.js'
import type { CommandLine, FacetRegistry, BuildTaskRegistry } from '../cap-dk-types.js'

/** Members that `@sap/cds-dk` adds to CAP's facade in the processes of its commands. */
interface DevelopmentKit {
  readonly cli?: CommandLine
  readonly add?: FacetRegistry
  readonly build?: BuildTaskRegistry
}

/**
 * Returns what `@sap/cds-dk` offers to plugins in this process; all of it is `undefined` where another command runs.
 *
 * @see https://cap.cloud.sap/docs/node.js/cds-plugins
 * @internal
 */
export function developmentKit(): DevelopmentKit {
  return cap
}
