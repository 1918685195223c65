import cds from '@sap/cds'

import { onPrincipalRequest } from '../../inbound/evidence/request.js'
import { onPrincipalCall } from '../../remote/evidence/call.js'
import { loadDevelopment } from '../door.js'

/** Milliseconds for which events are collected before they are sent. */
const INTERVAL = 50

/** Events that wait; more are dropped. */
const MAX_EVENTS = 1000

/**
 * Sends the events of this process to the recorder of the emulated landscape, as long as that runs. They have no token
 * and no secret, and never leave this machine.
 *
 * @internal
 */
export function recordEvents(): void {
  const { askLandscape } = loadDevelopment()
  let events: object[] = []
  let timer: NodeJS.Timeout | undefined
  const send = () => {
    timer = undefined
    const body = { events }
    events = []
    askLandscape(cds.root, 'POST', '/trace-events', body).catch(() => undefined)
  }
  const add = (type: 'request' | 'call') => (data: object) => {
    if (events.length < MAX_EVENTS) events.push({ type, at: Date.now(), data })
    timer ??= setTimeout(send, INTERVAL).unref()
  }
  onPrincipalRequest(add('request'))
  onPrincipalCall(add('call'))
}
