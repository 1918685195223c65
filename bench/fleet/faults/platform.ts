import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

import type { Emulator, EndpointName, ScriptedAnswer } from '../../../emulator/src/index.js'

/** Endpoints that can be away, with an address at which a request of our own takes an answer that nobody has taken. */
const ADDRESSES = {
  'xsuaa/token': (emulator: Emulator) => `${emulator.url}/oauth/token`,
  destination: (emulator: Emulator) => String(credentials(emulator, 'destination')['uri']),
  connectivity: (emulator: Emulator) => {
    const { onpremise_proxy_host: host, onpremise_proxy_port: port } = credentials(
      emulator,
      'connectivity'
    )
    return `http://${String(host)}:${String(port)}/`
  }
} satisfies Partial<Record<EndpointName, (emulator: Emulator) => string>>

/** An endpoint that can be away. */
export type Endpoint = keyof typeof ADDRESSES

export const ENDPOINTS = Object.keys(ADDRESSES) as readonly Endpoint[]

/** Status by which our own answers are known: no service of the platform has it. */
const SCRIPTED = 'x-fleet'

/** An answer of a service that is away. */
export const AWAY: readonly ScriptedAnswer[] = [
  { status: 503, headers: { [SCRIPTED]: 'yes', 'retry-after': '1' } },
  { status: 500, headers: { [SCRIPTED]: 'yes' } },
  { reset: true }
]

/** Gives an answer to the next requests of an endpoint, and takes back what is left of them. */
export async function outage(
  emulator: Emulator,
  endpoint: Endpoint,
  answer: ScriptedAnswer,
  last: () => Promise<unknown>
): Promise<void> {
  const count = 40
  for (let i = 0; i < count; i++) emulator.enqueue(endpoint, answer)
  await last()
  const url = ADDRESSES[endpoint](emulator)
  for (let i = 0; i < count && (await isScripted(url, emulator.ca)); i++);
}

/** Lets the next answers of an endpoint come late. */
export function slowDown(emulator: Emulator, endpoint: Endpoint, delay: number): void {
  for (let i = 0; i < 10; i++) emulator.enqueue(endpoint, { delay })
}

function isScripted(url: string, ca: string): Promise<boolean> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((done) => {
    const req = send(url, { ca, agent: false, method: 'GET' }, (res) => {
      res.resume()
      done(res.headers[SCRIPTED] !== undefined)
    })
    req.on('error', () => done(true)).end()
  })
}

function credentials(emulator: Emulator, service: 'destination' | 'connectivity') {
  return emulator.vcapServices()[service][0]?.credentials ?? {}
}
