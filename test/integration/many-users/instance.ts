import { subscribe } from 'node:diagnostics_channel'
import { existsSync, readdirSync } from 'node:fs'

import { resolveDestination } from '../../../src/destination/resolve/resolve.js'
import { socketCount } from '../../../src/remote/http/connections/sockets.js'
import { send } from '../../../src/remote/http/send.js'
import { decode } from '../../../src/token/decode.js'
import { TokenPrincipal } from '../../../src/user/principal.js'

/*
 * A process that calls a destination as many users, with the plugin's own code from the destination to the socket. It is told who calls, and
 * says what came of it.
 */

/** Milliseconds for a call: a busy machine takes its time. */
const TIMEOUT = 300_000

/** Folder with the open descriptors of the process; not on every system. */
const DESCRIPTORS = '/proc/self/fd'

/** New sockets between two looks at all descriptors. */
const LOOK_EVERY = 100

/** Message to this process. */
export interface Message {
  /** Tokens of the users, in the order of their numbers. */
  readonly tokens?: readonly string[]
  /** Users who call at once, in this order; one can be there several times. */
  readonly callers?: readonly number[]
}

/** Result of a call, in the order of the ends of calls. */
export interface Result {
  readonly user: number
  /** Name of the user as whom the proxy has acted. */
  readonly seen?: string
  /** Code of the error. */
  readonly code?: string
}

/** What is open in this process. */
export interface Open {
  readonly sockets: number
  readonly waiting: number
  /** 0 where it can not be said. */
  readonly descriptors: number
}

/** Message from this process: what is open now, and after calls their results and what was open at most. */
export interface Report {
  readonly now: Open
  readonly most?: Open
  readonly results?: readonly Result[]
}

let users: TokenPrincipal[] = []
let most: Open = { sockets: 0, waiting: 0, descriptors: 0 }
let made = 0

function openNow(): Open {
  const { open: sockets, waiting } = socketCount()
  const descriptors = existsSync(DESCRIPTORS) ? readdirSync(DESCRIPTORS).length : 0
  return { sockets, waiting, descriptors }
}

/** Looks at each new socket, as there are never more than after one. Reading the folder takes as long as a call. */
function watch(): void {
  const { open, waiting } = socketCount()
  const descriptors = made++ % LOOK_EVERY ? 0 : openNow().descriptors
  most = {
    sockets: Math.max(most.sockets, open),
    waiting: Math.max(most.waiting, waiting),
    descriptors: Math.max(most.descriptors, descriptors)
  }
}

subscribe('net.client.socket', watch)

async function call(user: number): Promise<Result> {
  const principal = users[user] as TokenPrincipal
  try {
    const destination = await resolveDestination('S4', principal)
    const outbound = { destination, user: principal }
    const { data } = await send(outbound, { method: 'get', url: '/x' }, { timeout: TIMEOUT })
    return { user, seen: (data as { user: string }).user }
  } catch (error) {
    return { user, code: String((error as { code?: unknown }).code) }
  }
}

async function callAll(numbers: readonly number[]): Promise<void> {
  most = openNow()
  const results: Result[] = []
  await Promise.all(numbers.map(async (user) => results.push(await call(user))))
  report({ now: openNow(), most, results })
}

function report(message: Report): void {
  process.send?.(message)
}

function principalOf(bearerToken: string): TokenPrincipal {
  const { user_name: userId, zid: tenant, exp } = decode(bearerToken).payload
  return new TokenPrincipal({
    ...{ userId: String(userId), tenant: String(tenant), issuer: 'xsuaa' },
    ...{ expiresAt: Number(exp), bearerToken }
  })
}

process.on('message', ({ tokens, callers }: Message) => {
  if (tokens) users = tokens.map(principalOf)
  if (callers) void callAll(callers)
  else report({ now: openNow() })
})
process.on('disconnect', () => process.exit())
