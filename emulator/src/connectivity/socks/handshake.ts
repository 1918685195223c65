import type { Socket } from 'node:net'
import { InvalidToken } from '../../xsuaa/verify-token.js'
import type { GateContext } from '../gate.js'
import { tenantOf, verifyProxyToken } from '../proxy-token.js'
import { readBytes } from './read-bytes.js'

/** Version of the protocol. */
const SOCKS5 = 0x05

/** The method that the Connectivity service has for its tokens, and "no acceptable methods" (RFC 1928 section 3). */
const JWT_METHOD = 0x80
const NO_METHOD = 0xff

/** Version of the messages of that method. */
const JWT_VERSION = 0x01

/** Longer than any token that the platform accepts elsewhere. */
const TOKEN_LIMIT = 64 * 1024

/** Replies (RFC 1928 section 6), as the documentation of the service uses them. */
export const REPLY = {
  success: 0x00,
  failure: 0x01,
  forbidden: 0x02,
  networkUnreachable: 0x03,
  hostUnreachable: 0x04,
  connectionRefused: 0x05,
  commandUnsupported: 0x07,
  addressUnsupported: 0x08
} as const

/** The bytes are not those of the protocol, or are refused before there is a reply. */
export class HandshakeFailed extends Error {}

/** A request that is not fulfilled. */
export class ConnectRefused extends Error {
  readonly reply: number

  constructor(reply: number) {
    super(`refused with 0x0${reply}`)
    this.reply = reply
  }
}

/** The account and the Cloud Connector that a client has proven to be entitled to. */
export interface SocksClient {
  account: string
  locationId: string
}

/**
 * Negotiates the method 0x80 and checks the token.
 *
 * @throws HandshakeFailed, ConnectionEnded
 * @see SAP BTP Connectivity, "Using the TCP Protocol for Cloud Applications"
 */
export async function authenticate(socket: Socket, context: GateContext): Promise<SocksClient> {
  const [version, count = 0] = await readBytes(socket, 2)
  if (version !== SOCKS5) throw new HandshakeFailed('another version')
  const methods = await readBytes(socket, count)
  if (!methods.includes(JWT_METHOD)) {
    socket.end(Buffer.from([SOCKS5, NO_METHOD]))
    throw new HandshakeFailed('without the method 0x80')
  }
  socket.write(Buffer.from([SOCKS5, JWT_METHOD]))
  const header = await readBytes(socket, 5)
  const length = header.readUInt32BE(1)
  if (header[0] !== JWT_VERSION || length > TOKEN_LIMIT) refuse(socket)
  const token = (await readBytes(socket, length)).toString('utf8')
  const [size = 0] = await readBytes(socket, 1)
  const encoded = (await readBytes(socket, size)).toString('utf8')
  const locationId = Buffer.from(encoded, 'base64').toString('utf8')
  try {
    const claims = await verifyProxyToken(context, token)
    socket.write(Buffer.from([JWT_VERSION, REPLY.success]))
    return { account: tenantOf(claims), locationId }
  } catch (error) {
    if (error instanceof InvalidToken) refuse(socket)
    throw error
  }
}

function refuse(socket: Socket): never {
  socket.end(Buffer.from([JWT_VERSION, REPLY.connectionRefused]))
  throw new HandshakeFailed('the token is not valid')
}

const CONNECT = 0x01
const IPV4 = 0x01
const DOMAIN = 0x03

/**
 * Reads the request for a connection (RFC 1928 section 4).
 *
 * @returns the virtual `host:port`, lower case
 * @throws ConnectRefused, HandshakeFailed, ConnectionEnded
 */
export async function readConnect(socket: Socket): Promise<string> {
  const [version, command, , type] = await readBytes(socket, 4)
  if (version !== SOCKS5) throw new HandshakeFailed('another version')
  if (type !== IPV4 && type !== DOMAIN) throw new ConnectRefused(REPLY.addressUnsupported)
  const [length = 4] = type === IPV4 ? [4] : await readBytes(socket, 1)
  const address = await readBytes(socket, length)
  const port = (await readBytes(socket, 2)).readUInt16BE()
  if (command !== CONNECT) throw new ConnectRefused(REPLY.commandUnsupported)
  const host = type === IPV4 ? address.join('.') : address.toString('latin1')
  return `${host.toLowerCase()}:${port}`
}

/** Returns the bytes of a reply; the address in it has no meaning here. */
export const replyOf = (reply: number): Buffer =>
  Buffer.from([SOCKS5, reply, 0x00, IPV4, 0, 0, 0, 0, 0, 0])
