import type { HttpDestination } from '@sap-cloud-sdk/connectivity'

import { EXPIRED, LIMIT, TransportError } from '../../../../../src/remote/http/message/http-call.js'
import { DIRECT, expectSaid, HOST, PROXIED, said, type Said } from '../../support/said.js'

const [SYSTEM, PROXY] = ['the system', 'the Connectivity proxy']
const BEHIND = 'the system behind the Cloud Connector'

describe('no answer', () => {
  const LATER =
    /^A write may have had its effect\. Look at the system, .*\(credentials\.requestTimeout\)\.$/
  const NAME = /^Check the URL of the destination; ProxyType "Internet" needs a public name\.$/
  const PORT = /^Check host and port in the URL of the destination, and that the system runs\.$/
  const BINDING = /^Check the binding of the Connectivity service: .* landscape only\.$/
  const LOST =
    /^A read can be repeated\. A write may have had its effect: look before it is repeated\.$/

  test.each<[string, HttpDestination, Said]>([
    [
      LIMIT,
      DIRECT,
      [
        'ERR_REMOTE_LIMIT before the call',
        'this instance had no connection for it in time, or too many calls wait for one',
        undefined,
        /^Nothing was sent\. .* more instances, or cds\.requires\.auth\.limits, allow more\.$/
      ]
    ],
    [
      EXPIRED,
      DIRECT,
      [`ERR_REMOTE_TIMEOUT ${SYSTEM}`, `no answer in time from ${SYSTEM}`, undefined, LATER]
    ],
    [
      EXPIRED,
      PROXIED,
      [
        `ERR_REMOTE_TIMEOUT ${BEHIND}`,
        `no answer in time from ${BEHIND}, or from one of the hops to it`,
        undefined,
        LATER
      ]
    ],
    ...['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'].flatMap((code) => {
      const [what, cause] = [`ERR_REMOTE_UNREACHABLE`, `has no address (DNS, ${code})`]
      return [
        [code, DIRECT, [`${what} ${SYSTEM}`, `the name of ${SYSTEM} ${cause}`, HOST, NAME]],
        [code, PROXIED, [`${what} ${PROXY}`, `the name of ${PROXY} ${cause}`, undefined, BINDING]]
      ] as [string, HttpDestination, Said][]
    }),
    ...['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'ETIMEDOUT'].flatMap(
      (code) => {
        const [what, cause] = [`ERR_REMOTE_UNREACHABLE`, `can't be reached (${code})`]
        return [
          [code, DIRECT, [`${what} ${SYSTEM}`, `${SYSTEM} ${cause}`, HOST, PORT]],
          [code, PROXIED, [`${what} ${PROXY}`, `${PROXY} ${cause}`, undefined, BINDING]]
        ] as [string, HttpDestination, Said][]
      }
    ),
    ...['ECONNRESET', 'EPIPE'].map((code): [string, HttpDestination, Said] => [
      code,
      DIRECT,
      [
        `ERR_REMOTE_CONNECTION_LOST ${SYSTEM}`,
        `${SYSTEM} ended the connection before the answer was complete (${code})`,
        undefined,
        LOST
      ]
    ]),
    ...[
      'CERT_HAS_EXPIRED',
      'EPROTO',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'ERR_TLS_CERT_ALTNAME_INVALID'
    ].map((code): [string, HttpDestination, Said] => [
      code,
      DIRECT,
      [
        `ERR_REMOTE_TLS ${SYSTEM}`,
        `TLS with ${SYSTEM} failed (${code})`,
        HOST,
        /\(TrustStoreLocation\), and check the host in its URL\.$/
      ]
    ])
  ])('%s, %#', (code, destination, expected) => {
    expectSaid(said(new TransportError('no', code), destination), expected)
  })

  test.each(['ERR_OTHER', 'NO_CERT_', 'EPROTOCOL', 'ERR_CANCELED'])('%s stays as it is', (code) => {
    expect(said(new TransportError('no', code))).toBeUndefined()
  })
})
