import { askRunningLandscape } from '../../../development/running.js'

/** A request as the landscape has it on record, without a name. */
interface RecordedRequest {
  readonly endpoint: string
  /** True if it had a certificate of a user. */
  readonly asUser: boolean
}

/**
 * Asks the landscape that runs as whom a call has reached the system behind the Cloud Connector.
 *
 * @param correlationId - of the call
 * @returns `undefined` where the call did not go there
 */
export async function arrivedAsUser(correlationId: string): Promise<boolean | undefined> {
  const answer = await askRunningLandscape<{ requests?: RecordedRequest[] }>('POST', '/requests', {
    correlationId
  })
  const calls = (answer?.body.requests ?? []).filter(({ endpoint }) => endpoint === 's4')
  return calls.length ? calls.every(({ asUser }) => asUser) : undefined
}
