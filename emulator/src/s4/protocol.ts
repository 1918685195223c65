import type { MessageToBackend } from '../backend/messages.js'

type Start = Extract<MessageToBackend, { type: 'start' }>

/** PEM: key and certificate of the server, and the authority of the Cloud Connector. */
export type BackendTls = Start['tls']

/** The services of the system. */
export interface S4Options {
  /** Folder of the project: other paths are relative to it, and CAP is loaded from there. */
  readonly root: string
  readonly edmx: readonly { readonly file: string; readonly path?: string }[]
  readonly data?: string
  /** Lines of rules; none: everybody may do everything. */
  readonly rules?: readonly string[]
}

/** A message of the emulator: one to any backend, and with the first one the services. */
export type EmulatorMessage =
  (Start & { readonly system: S4Options }) | Exclude<MessageToBackend, { type: 'start' }>
