import { cap } from '../cap.js'

/** `cds.cli`: the command that runs, as `@sap/cds-dk` has parsed it. */
export interface CommandLine {
  readonly command?: string
  readonly argv?: readonly string[]
  readonly options?: { readonly mocked?: unknown; readonly service?: string }
}

/** A facet of `cds add`: base class of those that plugins register. */
export interface Facet {
  options(): Record<string, object>
  requires(): string[]
  canRun(): Promise<boolean>
  run(): Promise<void>
  combine(facet?: string): Promise<void>
  finalize(): Promise<void>
}

/** A task of `cds build`: base class of those that plugins register. */
export interface BuildTask {
  readonly task: { readonly src: string; readonly dest: string }
  build(): Promise<void>
  copy(file: string): { to(file: string): Promise<void> }
  model(): Promise<object | undefined>
  pushMessage(text: string, severity: string): void
}

/** `cds.add`, where the command is `cds add` or `cds help`. */
export interface FacetRegistry {
  readonly Plugin: new () => Facet
  register(name: string, facet: new () => Facet): void
}

/** `cds.build`, where the command is `cds build`, `cds deploy` or `cds push`. */
export interface BuildTaskRegistry {
  readonly Plugin: (new () => BuildTask) & Record<'INFO' | 'WARNING' | 'ERROR', string>
  readonly BuildError: new (message: string) => Error
  register(name: string, task: new () => BuildTask): void
}

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
