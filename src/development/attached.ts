import type { Landscape } from 'cds-principal-emulator/development'

/** Tag of bindings of an emulator. */
export const EMULATOR_TAG = 'cds-principal-emulator'

/** The key under which `cds-principal-emulator` keeps what this process is attached to. Reading it does not load that package. */
const STATE = Symbol.for('cds-principal-emulator.landscape')

interface State {
  readonly attached?: Landscape | undefined
  readonly starting?: Promise<Landscape> | undefined
}

function state(): State {
  return (globalThis as { [STATE]?: State })[STATE] ?? {}
}

/** Returns the emulated landscape that this process was attached to, if any. @internal */
export function attachedLandscape(): Landscape | undefined {
  return state().attached
}

/** Returns the landscape that this process is about to be attached to: a test starts it while CAP's server starts. @internal */
export function startingLandscape(): Promise<Landscape> | undefined {
  return state().starting
}
