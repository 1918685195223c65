import { createPrivateKey, X509Certificate } from 'node:crypto'

/** Certificate of a workload and its key, PEM. */
export interface WorkloadCertificate {
  /** The workload's own first, then those of intermediate authorities. */
  readonly certificate: string
  readonly key: string
}

/** Numbers of fields in `X509SVIDResponse` and `X509SVID`. */
const SVIDS = 1
const SVID = 2
const KEY = 3

/** Wire types of Protocol Buffers. */
const VARINT = 0
const FIXED64 = 1
const BYTES = 2
const FIXED32 = 5

/**
 * Reads the default certificate of a workload, which is the first one, from an answer of the SPIFFE Workload API.
 *
 * @param message - `X509SVIDResponse` in Protocol Buffers
 * @throws Error when there is none in it
 * @see SPIFFE Workload API, section 5.2
 * @internal
 */
export function readSvid(message: Uint8Array): WorkloadCertificate {
  const svid = fieldOf(message, SVIDS)
  const [chain, key] = [svid && fieldOf(svid, SVID), svid && fieldOf(svid, KEY)]
  if (!chain?.length || !key?.length) throw new Error('no certificate is issued to this workload')
  const pem = createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
  return {
    certificate: certificatesIn(chain)
      .map((der) => new X509Certificate(der).toString())
      .join(''),
    key: pem.export({ format: 'pem', type: 'pkcs8' }).toString()
  }
}

/** Returns the first field of this number; others are skipped. */
function fieldOf(message: Uint8Array, wanted: number): Uint8Array | undefined {
  let at = 0
  while (at < message.length) {
    const [tag, start] = varintAt(message, at)
    const [size, content] = sizeAt(message, tag & 7, start)
    if (content + size > message.length) throw truncated()
    if (tag >>> 3 === wanted && (tag & 7) === BYTES)
      return message.subarray(content, content + size)
    at = content + size
  }
  return undefined
}

function sizeAt(message: Uint8Array, type: number, at: number): [size: number, content: number] {
  if (type === BYTES) return varintAt(message, at)
  if (type === VARINT) return [0, varintAt(message, at)[1]]
  if (type === FIXED64) return [8, at]
  if (type === FIXED32) return [4, at]
  throw new Error('the answer is no message of Protocol Buffers')
}

/** Reads a number of up to 28 bits: what is longer is no length of anything here. */
function varintAt(message: Uint8Array, at: number): [value: number, next: number] {
  let value = 0
  for (let i = 0; i < 4; i++) {
    const byte = message[at + i]
    if (byte === undefined) throw truncated()
    value |= (byte & 0x7f) << (7 * i)
    if (byte < 0x80) return [value, at + i + 1]
  }
  throw new Error('the answer has a number that is too large')
}

/** Splits certificates in DER, one behind the other: each is a sequence that begins with its length (X.690, section 8.1.3). */
function certificatesIn(chain: Uint8Array): Uint8Array[] {
  const certificates: Uint8Array[] = []
  for (let at = 0; at < chain.length;) {
    const first = chain[at + 1] ?? 0
    const count = first < 0x80 ? 0 : first & 0x7f
    const bytes = chain.subarray(at + 2, at + 2 + count)
    const size = count ? bytes.reduce((length, byte) => length * 256 + byte, 0) : first
    const end = at + 2 + count + size
    if (chain[at] !== 0x30 || end > chain.length) throw truncated()
    certificates.push(chain.subarray(at, end))
    at = end
  }
  return certificates
}

const truncated = () => new Error('the answer is cut off')
