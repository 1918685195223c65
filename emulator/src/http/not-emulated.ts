import type { ServerResponse } from 'node:http'
import { sendJson } from './respond.js'

/** A service with a part that is not emulated. */
export interface EmulatedPart {
  /** Name of the service, for the message. */
  service: string
  /** Paths of the real service that have nothing behind them here; so has everything below them. */
  notEmulated: readonly string[]
}

/** Sends 501 for a path that the real service has and the emulator does not, 404 for one that neither has. */
export function sendNotEmulated(
  res: ServerResponse,
  { service, notEmulated }: EmulatedPart,
  path: string
): void {
  const known = notEmulated.find((each) => path === each || path.startsWith(`${each}/`))
  if (known === undefined) {
    const error_description = `${service} has no such path`
    return sendJson(res, 404, { error: 'not_found', error_description })
  }
  sendJson(res, 501, {
    error: 'not_implemented',
    error_description: notEmulatedText(service, known)
  })
}

/** Text of an answer 501. */
export const notEmulatedText = (service: string, what: string): string =>
  `${service}: ${what} is not emulated, see docs/emulator.md of cds-principal`
