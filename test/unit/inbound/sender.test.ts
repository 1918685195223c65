import type { IncomingMessage } from 'node:http'

import { senderOf } from '../../../src/inbound/sender.js'

const from = (forwarded: string | undefined, remoteAddress: string | undefined = '10.0.0.1') =>
  senderOf({
    headers: { ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
    socket: { remoteAddress }
  } as unknown as IncomingMessage)

test.each<[string, string | undefined, string[]]>([
  ['no proxy', undefined, ['10.0.0.1']],
  ['one', '203.0.113.7', ['10.0.0.1', '203.0.113.7']],
  ['several: the last one has added the last address', 'a, b ,c', ['10.0.0.1', 'c', 'b', 'a']],
  ['empty entries', ', ,a,', ['10.0.0.1', 'a']]
])('the nearest address comes first: %s', (_, forwarded, expected) => {
  expect(from(forwarded)).toEqual(expected)
})

test('however much a client invents, the addresses that proxies have added stay', () => {
  for (const invented of ['x'.repeat(5000), 'x,'.repeat(2000), ','.repeat(5000)]) {
    const sender = from(`${invented}, 203.0.113.7, 10.1.1.1`)
    expect(sender.slice(0, 3)).toEqual(['10.0.0.1', '10.1.1.1', '203.0.113.7'])
    expect(sender.length).toBeLessThanOrEqual(8)
    expect(sender.join('').length).toBeLessThan(500)
  }
})

test('a host without sockets or headers has senders without addresses', () => {
  expect(senderOf({ headers: {} } as unknown as IncomingMessage)).toEqual([''])
})
