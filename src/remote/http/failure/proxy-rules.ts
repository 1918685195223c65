import type { FailedAnswer } from './failed-answer.js'
import { nearDefined } from './defined-destination.js'
import type { FailureRule } from './rule.js'

const MOCK = /: start a mock in a second terminal: (cds mock [\w.]{1,200})$/
const FOREIGN_MOCK =
  /^Unauthorized: (the mock at port \d{1,5} belongs to the landscape of another folder)$/

/**
 * Texts of the Connectivity proxy and the Cloud Connector. They are documented, or known from live systems.
 *
 * @internal
 */
export const PROXY_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status }) => status === 407,
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} does not accept the application's token (407)`,
    fix: 'Check the binding of the Connectivity service: a deleted or rotated key gives such tokens.'
  },
  {
    applies: ({ status, text }) =>
      status === 401 && text.includes('SAP-Connectivity-Authentication'),
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} does not accept the token of the user (401)`,
    fix:
      'It takes tokens of the XSUAA of this subaccount, and of Identity Authentication where the Cloud Connector trusts it: ' +
      'synchronize "Principal Propagation" there, and see that the user has logged on in the tenant of the destination.'
  },
  {
    applies: ({ status, text }) => status === 405 && /https|CONNECT/.test(text),
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} takes http only (405)`,
    fix: 'Write the virtual host with http:// in the URL of the destination; the Cloud Connector adds TLS on its side.'
  },
  {
    applies: ({ status, text }) =>
      status === 400 && /Invalid Proxy Header|SAP-Connectivity-/.test(text),
    code: 'ERR_REMOTE_PROXY',
    hop: 'the Connectivity proxy',
    cause: (hop) => `${hop} refuses a header (400)`,
    fix: "Check CloudConnectorLocationId, and that the user's token is below 8 kB."
  },
  {
    applies: ({ status, text }) => status === 503 && /Cloud Connector|SCC|tunnel/i.test(text),
    code: 'ERR_REMOTE_CLOUD_CONNECTOR',
    hop: 'the Connectivity proxy',
    cause: () =>
      "no Cloud Connector is connected to the tenant's subaccount, or none with this location id (503)",
    sent: ({ locationId }) => (locationId ? `location id "${locationId}"` : 'no location id'),
    fix: 'Check in the Cloud Connector that the subaccount is connected, and CloudConnectorLocationId of the destination.'
  },
  {
    applies: ({ text }) => /^Access denied to (resource|system)/.test(text),
    code: 'ERR_REMOTE_NOT_EXPOSED',
    hop: 'the Cloud Connector',
    cause: (hop, { status, text }) =>
      `${hop} does not expose this ${text.startsWith('Access denied to r') ? 'path' : 'system'} (${status})`,
    sent: ({ text, path, host }) => (text.startsWith('Access denied to r') ? path : host),
    fix: 'Add it to "Cloud To On-Premise" in the Cloud Connector; paths are case-sensitive.'
  },
  {
    applies: ({ text }) => MOCK.test(text),
    code: 'ERR_REMOTE_UNREACHABLE',
    hop: 'the emulated Cloud Connector',
    cause: (hop) => `nobody mocks the imported service behind ${hop} (502)`,
    fix: ({ text, destination }) => {
      const start = `start it in a second terminal: ${MOCK.exec(text)?.[1] ?? ''}`
      const near = nearDefined(destination)
      if (near === undefined) return `S${start.slice(1)}`
      return (
        `"${String(destination)}" is not in emulator.destinations: did you mean "${near}"? Correct credentials.destination of the ` +
        `required service. Otherwise ${start}`
      )
    }
  },
  {
    applies: ({ text }) => FOREIGN_MOCK.test(text),
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (_, { text }) =>
      `${FOREIGN_MOCK.exec(text)?.[1] ?? ''}, and does not know the user (401)`,
    fix: 'End that mock, and start "cds mock" in the folder of this application.'
  },
  {
    applies: ({ text }) => /Principal propagation forbidden/i.test(text),
    code: 'ERR_REMOTE_PRINCIPAL',
    hop: 'the Cloud Connector',
    cause: (hop, { status }) => `${hop} propagates this user not (${status})`,
    fix: 'Check its trust in the identity provider, the subject pattern, and mutual trust with the system.'
  }
]
