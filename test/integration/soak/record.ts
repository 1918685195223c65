import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'

import { type Fault, faultOf, markerIn } from './marker.js'

/** One request, as a system has understood it. */
export interface Entry {
  /** Of the path or the body. */
  readonly marker: string | undefined
  /** Of the header that goes along with every call. */
  readonly header: string | undefined
  readonly method: string
  /** `<user>@<tenant>`; `system@<tenant>` is the technical user, `nobody` sent no credentials that count. */
  readonly who: string
  /** Opens a CSRF session, and does nothing else. */
  readonly fetch: boolean
  /** It came with the session of somebody else. */
  readonly stolen: boolean
  /** It had its effect, whatever became of the answer. */
  readonly executed: boolean
}

interface Received {
  readonly marker: string | undefined
  readonly who: string
  readonly reads: boolean
  /** How often it was asked for, this time included. */
  readonly attempt: number
  readonly kind: string
}

/**
 * A system that writes down who has called, demands CSRF tokens for what is no GET, and fails where the marker says so.
 * The same on the internet and on premise.
 */
export class RecordingSystem {
  #entries: Entry[] = []
  readonly #attempts = new Map<string, number>()
  readonly #sessions = new Map<string, string>()

  /** What has come since the last time. */
  take(): Entry[] {
    return this.#entries.splice(0)
  }

  /** @param who - as whom the request comes */
  async answer(req: IncomingMessage, res: ServerResponse, who: string): Promise<void> {
    const { method = '', url = '', headers } = req
    const body = await text(req)
    const marker = markerIn(decodeURIComponent(url)) ?? markerIn(body)
    const header = headers['x-soak'] as string | undefined
    const token = headers['x-csrf-token'] as string | undefined
    const reads = method === 'GET'
    const fetch = token?.toLowerCase() === 'fetch'
    const session = this.#session(headers.cookie, token)
    const stolen = session.owner !== undefined && session.owner !== who
    const note = (executed: boolean) =>
      this.#entries.push({ marker, header, method, who, fetch, stolen, executed })
    if (fetch) {
      note(false)
      const id = randomUUID()
      this.#sessions.set(id, who)
      const cookie = `SAP_SESSIONID=${id}; path=/`
      res.writeHead(200, { 'x-csrf-token': `csrf-${id}`, 'set-cookie': cookie }).end()
      return
    }
    const attempt = (this.#attempts.get(marker ?? '') ?? 0) + 1
    this.#attempts.set(marker ?? '', attempt)
    const fault = faultOf(marker)
    if (fault === 'forgotten' && attempt === 1) this.#sessions.delete(session.id)
    if (!reads && this.#sessions.get(session.id) !== who) {
      note(false)
      res.writeHead(403, { 'x-csrf-token': 'Required' }).end('CSRF token validation failed')
      return
    }
    const kind = url.split('/')[1] ?? ''
    await respond(fault, res, { marker, who, reads, attempt, kind }, note)
  }

  #session(cookie: string | undefined, token: string | undefined) {
    const [, id = ''] = /SAP_SESSIONID=([\w-]+)/.exec(cookie ?? '') ?? []
    return { id, owner: token === `csrf-${id}` ? this.#sessions.get(id) : undefined }
  }
}

async function respond(
  fault: Fault,
  res: ServerResponse,
  received: Received,
  note: (executed: boolean) => void
): Promise<void> {
  const first = received.attempt === 1
  const refuse = (status: number, headers: Record<string, string>, body: string) => {
    note(false)
    res.writeHead(status, headers).end(body)
  }
  const plain = { 'content-type': 'text/plain' }
  if (fault === 'unauthorized' && first) return refuse(401, plain, 'logon failed')
  if (fault === 'busy') return refuse(503, plain, 'later')
  if (fault === 'forbidden') return refuse(403, plain, 'no authorization')
  if (fault === 'moved') return refuse(302, { location: 'https://elsewhere.example/' }, '')
  if (fault === 'page') return refuse(200, { 'content-type': 'text/html' }, '<html>log on</html>')
  if (fault === 'missing') {
    const error = { code: 'X/404', message: { lang: 'en', value: 'not there' } }
    return refuse(404, { 'content-type': 'application/json' }, JSON.stringify({ error }))
  }
  if (fault === 'before' && first) {
    note(false)
    res.socket?.destroy()
    return
  }
  if (fault === 'slow') await pause(300)
  note(true)
  if (fault === 'silent') return
  if (fault === 'after' && first) {
    res.socket?.destroy()
    return
  }
  res.writeHead(received.reads ? 200 : 201, { 'content-type': 'application/json' })
  res.end(JSON.stringify(bodyFor(received)))
}

/** What answers look like, by the kind of service. The caller is in there: an answer must not be somebody else's. */
function bodyFor({ kind, marker, who, reads }: Received): object {
  const row = { Equipment: marker, EquipmentName: who }
  if (kind === 'odata-v2') return { d: reads ? { results: [row] } : row }
  if (kind === 'odata') return reads ? { value: [row] } : row
  return kind === 'hcql' ? { data: [row] } : row
}
