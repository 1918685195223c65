import type { BackendRecord, Emulator } from '../emulator.js'
import type { RecorderSources } from './recorder.js'

/** Sources by the record of the systems, which all copies of an emulator share. */
const sources = new WeakMap<BackendRecord, RecorderSources>()

/** Keeps what the recorder of an emulator reads, out of the public API. */
export function keepSources(emulator: Pick<Emulator, 's4'>, own: RecorderSources): void {
  sources.set(emulator.s4, own)
}

/** Returns what the recorder of an emulator reads. */
export function sourcesOf({ s4 }: Pick<Emulator, 's4'>): RecorderSources {
  return sources.get(s4) ?? { observe: () => undefined, entries: () => Promise.resolve([]) }
}
