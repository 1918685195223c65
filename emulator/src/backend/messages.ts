import type { AuditEntry, ChangeEntry } from '../types.js'

/** A message that a backend gets from the emulator, by `process.on('message', …)`. */
export type MessageToBackend =
  /** The first one: listen on a free port of `host`, with mutual TLS, and answer `listening` or `failed`. */
  | {
      type: 'start'
      host: string
      /** PEM: key and certificate of the server, and the authority that issues the certificates of Cloud Connector and users. */
      tls: { key: string; cert: string; ca: string }
    }
  /** A question for the requests so far: answer `audit` with the same id. */
  | { type: 'audit'; id: number }
  /** Milliseconds by which the landscape's clock differs from the machine's: certificates are valid by that clock. */
  | { type: 'clock'; offset: number }

/** A message that a backend sends to the emulator, by `process.send(…)`. */
export type MessageFromBackend =
  /** It accepts requests at this https URL of `localhost`. */
  | {
      type: 'listening'
      url: string
      /** Mocks only: paths of the services by name. */
      services?: Record<string, string>
    }
  /** It cannot start, and why. */
  | { type: 'failed'; message: string }
  /** The requests so far; without `changes`, writing requests count as changes. */
  | { type: 'audit'; id: number; entries: AuditEntry[]; changes?: ChangeEntry[] }
