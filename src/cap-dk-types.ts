/** `cds.cli`: the command that runs, as `@sap/cds-dk` has parsed it. */
export interface CommandLine {
  readonly command?: string
  readonly argv?: readonly string[]
  readonly options?: {
    readonly mocked?: unknown
    readonly service?: string
    /** Facets that those of the command line require, with `cds add`. */
    readonly add?: Iterable<string>
  }
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
  readonly context: { readonly tasks: readonly { readonly for: string; readonly dest: string }[] }
  build(): Promise<void>
  copy(file: string): { to(file: string): Promise<void> }
  write(text: string): { to(file: string): Promise<void> }
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
