import type { BackendRecord } from '../emulator.js'
import { EmulatorError } from '../emulator-error.js'
import { allProcesses, type OnPremise } from '../landscape/on-premise.js'
import type { BackendNotes } from './child.js'

/** Joins the records of all backends that the emulator has started. */
export function createBackendRecord(onPremise: OnPremise): BackendRecord {
  const processes = allProcesses(onPremise)
  const record = async (): Promise<BackendNotes[]> => {
    if (!processes.length) {
      const text = 'the emulator has started no backend: there is nothing on record'
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
    }
    return Promise.all(processes.map((process) => process.record()))
  }
  return {
    seenUsers: async () => {
      const entries = (await record()).flatMap((notes) => notes.entries).sort(byTime)
      return [...new Set(entries.flatMap(({ user }) => user ?? []))]
    },
    changes: async () => (await record()).flatMap((notes) => notes.changes).sort(byTime)
  }
}

const byTime = (a: { at: string }, b: { at: string }) => a.at.localeCompare(b.at)
