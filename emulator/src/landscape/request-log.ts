import type { ServerResponse } from 'node:http'
import type { EmulatedRequest } from '../types.js'

const LIMIT = 1000

/** The last requests of one endpoint in the order of their arrival, without anything secret. */
export class RequestLog {
  readonly #entries: EmulatedRequest[] = []

  /** Adds an entry and drops the oldest one beyond the limit. */
  add(entry: EmulatedRequest): void {
    this.#entries.push(entry)
    if (this.#entries.length > LIMIT) this.#entries.shift()
  }

  /**
   * Adds an entry that gets its status with the response: before the client has the whole of it,
   * so that whoever awaited the response finds the entry complete. Without response it stays 0.
   */
  track(entry: EmulatedRequest, res: ServerResponse): void {
    this.add(entry)
    const update = () => {
      if (res.headersSent) entry.status = res.statusCode
    }
    res.once('prefinish', update).once('close', update)
  }

  /** A copy: what callers do to it changes nothing. */
  list(): EmulatedRequest[] {
    return this.#entries.map((entry) => ({ ...entry }))
  }
}
