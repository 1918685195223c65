import { answer, expectSaid, HOST, PATH, PROXIED, said, type Said } from '../../support/said.js'

const [PROXY, CONNECTOR] = ['the Connectivity proxy', 'the Cloud Connector']

describe('an answer on the way', () => {
  const TRUST =
    /^It takes tokens of the XSUAA .* trusts it: synchronize .* tenant of the destination\.$/
  const HEADERS = /^Check CloudConnectorLocationId, and that the user's token is below 8 kB\.$/
  const HTTP =
    /^Write the virtual host with http:\/\/ in the URL of the destination; .* on its side\.$/
  const EXPOSE =
    /^Add it to "Cloud To On-Premise" in the Cloud Connector; paths are case-sensitive\.$/
  const USER_TOKEN = 'The header SAP-Connectivity-Authentication is not valid'

  test.each<[number, string, Said]>([
    [
      407,
      '',
      [
        `ERR_REMOTE_PROXY ${PROXY}`,
        `${PROXY} does not accept the application's token (407)`,
        undefined,
        /^Check the binding of the Connectivity service: .* gives such tokens\.$/
      ]
    ],
    [
      401,
      USER_TOKEN,
      [
        `ERR_REMOTE_PROXY ${PROXY}`,
        `${PROXY} does not accept the token of the user (401)`,
        undefined,
        TRUST
      ]
    ],
    [
      405,
      'no https',
      [`ERR_REMOTE_PROXY ${PROXY}`, `${PROXY} takes http only (405)`, undefined, HTTP]
    ],
    [
      405,
      'CONNECT',
      [`ERR_REMOTE_PROXY ${PROXY}`, `${PROXY} takes http only (405)`, undefined, HTTP]
    ],
    ...['Invalid Proxy Header', 'SAP-Connectivity-SCC'].map((text): [number, string, Said] => [
      400,
      text,
      [`ERR_REMOTE_PROXY ${PROXY}`, `${PROXY} refuses a header (400)`, undefined, HEADERS]
    ]),
    ...['the Cloud Connector', 'scc', 'no Tunnel'].map((text): [number, string, Said] => [
      503,
      text,
      [
        `ERR_REMOTE_CLOUD_CONNECTOR ${PROXY}`,
        "no Cloud Connector is connected to the tenant's subaccount, or none with this location id (503)",
        'no location id',
        /^Check in the Cloud Connector that the subaccount is connected, .* of the destination\.$/
      ]
    ]),
    [
      403,
      'Access denied to resource /sap/x on system',
      [
        `ERR_REMOTE_NOT_EXPOSED ${CONNECTOR}`,
        `${CONNECTOR} does not expose this path (403)`,
        PATH,
        EXPOSE
      ]
    ],
    [
      403,
      'Access denied to system s4:8443',
      [
        `ERR_REMOTE_NOT_EXPOSED ${CONNECTOR}`,
        `${CONNECTOR} does not expose this system (403)`,
        HOST,
        EXPOSE
      ]
    ],
    [
      502,
      'x: start a mock in a second terminal: cds mock API_X',
      [
        'ERR_REMOTE_UNREACHABLE the emulated Cloud Connector',
        'nobody mocks the imported service behind the emulated Cloud Connector (502)',
        undefined,
        /^Start it in a second terminal: cds mock API_X$/
      ]
    ],
    [
      401,
      'Unauthorized: the mock at port 4006 belongs to the landscape of another folder',
      [
        'ERR_REMOTE_UNAUTHORIZED the system',
        'the mock at port 4006 belongs to the landscape of another folder, and does not know the user (401)',
        undefined,
        /^End that mock, and start "cds mock" in the folder of this application\.$/
      ]
    ],
    [
      403,
      'Principal Propagation forbidden for user',
      [
        `ERR_REMOTE_PRINCIPAL ${CONNECTOR}`,
        `${CONNECTOR} propagates this user not (403)`,
        undefined,
        /^Check its trust in the identity provider, the subject pattern, .* with the system\.$/
      ]
    ]
  ])('%d, %j', (status, text, expected) => {
    expectSaid(said(answer(status, text), PROXIED), expected)
  })

  test.each<[number, string, string | undefined]>([
    [403, USER_TOKEN, 'ERR_REMOTE_FORBIDDEN'],
    [500, USER_TOKEN, undefined],
    [401, 'another header', 'ERR_REMOTE_UNAUTHORIZED'],
    [500, 'no https', undefined],
    [405, 'not this method', undefined],
    [500, 'Invalid Proxy Header', undefined],
    [400, 'something else', undefined],
    [500, 'the Cloud Connector', undefined],
    [503, 'later', 'ERR_REMOTE_UNAVAILABLE'],
    [403, 'You have "Access denied to resource"', 'ERR_REMOTE_FORBIDDEN']
  ])('%d, %j, is none of the proxy: %s', (status, text, code) => {
    expect(said(answer(status, text), PROXIED)?.[0]?.split(' ')[0]).toBe(code)
  })
})
