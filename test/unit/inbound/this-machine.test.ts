import { hostname } from 'node:os'

import { isFromThisMachine } from '../../../src/inbound/this-machine.js'

const from = (remoteAddress: string | undefined, host: string | undefined) =>
  isFromThisMachine({ headers: { host }, socket: { remoteAddress } } as never)

const ADDRESSES = ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1']
const NAMES = ['localhost', 'LocalHost', 'acme.localhost', '127.0.0.1', '[::1]', hostname()]

describe.each(ADDRESSES)('from %s', (address) => {
  test.each(NAMES)('as %s', (name) => {
    expect(from(address, name)).toBe(true)
    expect(from(address, `${name}:4004`)).toBe(true)
  })

  test.each([
    ...['evil.example', 'localhost.evil.example', 'evil-localhost', '127.0.0.1.evil.example'],
    ...['', undefined, '10.0.0.1', 'localhost:4004:1', 'localhost@evil.example', '[::2]']
  ])('and not as %s: a page elsewhere can have its name lead here', (name) => {
    expect(from(address, name)).toBe(false)
  })
})

test.each(['10.0.0.1', '192.168.0.1', '::2', '::ffff:10.0.0.1', '1127.0.0.1', '', undefined])(
  'not from %s, whatever the name',
  (address) => {
    for (const name of NAMES) expect(from(address, name)).toBe(false)
  }
)
