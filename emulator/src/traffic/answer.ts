import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { TLSSocket } from 'node:tls'
import type { ScriptedAnswer } from './types.js'

/**
 * Does with a request what a test has asked for.
 *
 * @returns whether that was all; otherwise the request is still to be answered as ever
 */
export async function giveAnswer(answer: ScriptedAnswer, res: ServerResponse): Promise<boolean> {
  if (answer.delay) await sleep(answer.delay)
  if (answer.hang) return true
  if (answer.reset) {
    reset(res.socket)
    return true
  }
  const { status, headers, body } = answer
  if (status === undefined && headers === undefined && body === undefined) return false
  send(res, status ?? 200, headers ?? {}, body)
  return true
}

/** Resets the connection. Only TCP can be reset; a TLS connection ends without its closing notice, which clients treat alike. */
function reset(socket: Socket | null): void {
  if (socket instanceof TLSSocket) socket.destroy()
  else socket?.resetAndDestroy()
}

function send(
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: unknown
): void {
  if (res.destroyed) return
  const isText = typeof body === 'string' || body === undefined
  const type = isText ? 'text/plain;charset=UTF-8' : 'application/json;charset=UTF-8'
  res.writeHead(status, { ...(body !== undefined && { 'content-type': type }), ...headers })
  res.end(isText ? body : JSON.stringify(body))
}
