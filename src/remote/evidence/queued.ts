import type { DelegationRecord } from '../../delegation/record.js'
import { CallEvidence } from './call.js'

/** Publishes what happens when delegated work is queued: calls of required services, events of the application's own. @internal */
export const queuedEvidence = {
  issued: (record: DelegationRecord) => {
    queued(record.service).issued(record)
  },
  refused: (service: string, error: unknown) => {
    queued(service).refused(error)
  }
}

const queued = (service: string) =>
  new CallEvidence({ service, destination: undefined, onBehalfOf: 'namedUser' })
