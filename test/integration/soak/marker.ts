/** What goes wrong with a call: `none`, at the system, or on the way to it. */
export type Fault = (typeof SYSTEM_FAULTS)[number] | (typeof PROXY_FAULTS)[number]

export const SYSTEM_FAULTS = [
  'none',
  'slow',
  /** 401, the first time */
  'unauthorized',
  /** the CSRF session is lost, the first time */
  'forgotten',
  /** the connection is cut before anything is done, the first time */
  'before',
  /** the same after it was done */
  'after',
  /** never an answer */
  'silent',
  'busy',
  'forbidden',
  'missing',
  'moved',
  'page'
] as const

/** At the Connectivity proxy. */
export const PROXY_FAULTS = [
  /** 407, the first time */
  'proxyauth',
  /** 503: no Cloud Connector */
  'disconnected',
  /** the connection is cut before the request goes on, the first time */
  'cut',
  /** the same when the answer is there */
  'lost'
] as const

/** The name of one call, which says what will go wrong with it: it goes along in path or body, and in a header. */
export function markerOf(number: number, fault: Fault): string {
  return `MK${String(number)}${fault}`
}

export function markerIn(text: string): string | undefined {
  return /MK\d+[a-z]+/.exec(text)?.[0]
}

export function faultOf(marker: string | undefined): Fault {
  return (marker?.replace(/^MK\d+/, '') ?? 'none') as Fault
}
