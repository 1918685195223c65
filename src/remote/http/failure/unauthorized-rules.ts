import type { FailedAnswer } from './failed-answer.js'
import type { FailureRule } from './rule.js'

/** Seconds of difference between two clocks from which on it matters: tokens and certificates are valid by the clock. */
const TOLERANCE = 60

const again = ({ isRepeated }: FailedAnswer) => (isRepeated ? ', also with fresh tokens' : '')

/** Returns the kind of principal as which a call went out. @internal */
export const sender = ({ userBound }: FailedAnswer) => (userBound ? 'user' : 'technical user')

const CERTRULE =
  "In SAP systems the user's certificate needs a rule (transaction CERTRULE), and the Cloud Connector's system " +
  'certificate has to be trusted (icm/trusted_reverse_proxy).'

/** Next steps for a technical user, by the Authentication of the destination. */
const TECHNICAL_FIXES: Readonly<Record<string, string>> = {
  NoAuthentication:
    'The destination has Authentication "NoAuthentication", and the system wants a logon: set one, or one that propagates the user.',
  BasicAuthentication:
    'Check User and Password of the destination; SAP systems lock a user after some attempts with a wrong password (SU01).',
  ClientCertificateAuthentication:
    'Check that the system trusts the authority of the certificate (KeyStoreLocation), and has a user for its subject.',
  OAuth2ClientCredentials:
    'Check that the system trusts the issuer of the token (tokenServiceURL of the destination), its audience and its scopes.',
  OAuth2TechnicalUserPropagation:
    'In SAP systems the subject of the certificate, CN=<id of the OAuth client>, needs a rule (transaction CERTRULE) for a user.'
}

/**
 * Answers with 401, by their signs: the clock, the client of the system, the way, and the kind of logon.
 *
 * @internal
 */
export const UNAUTHORIZED_RULES: readonly FailureRule<FailedAnswer>[] = [
  {
    applies: ({ status, clockAhead }) => status === 401 && Math.abs(clockAhead) >= TOLERANCE,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} does not accept the logon of the ${sender(answer)} (401)${again(answer)}, and its clock is ` +
      `${minutes(answer.clockAhead)} that of the application`,
    fix: 'Let both follow a time server (NTP): tokens and the certificates of users are valid by the clock.'
  },
  {
    applies: ({ status, sapClient, answeringClient }) =>
      status === 401 && isOther(sapClient, answeringClient),
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} has answered in another client, and does not accept the logon of the ${sender(answer)} there (401)${again(answer)}`,
    sent: ({ sapClient }) => `sap-client ${String(sapClient)}`,
    expected: ({ answeringClient }) => `${String(answeringClient)}, which has answered`,
    fix: ({ userBound, answeringClient }) =>
      'Check the property "sap-client" of the destination: that client may not be there, or its header gets lost on the way.' +
      (userBound
        ? ` If client ${String(answeringClient)} is meant, the user needs a rule in it (transaction CERTRULE).`
        : '')
  },
  {
    applies: ({ status, proxied, userBound }) => status === 401 && proxied && userBound,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} does not know the user${inClient(answer)} (401)${again(answer)}`,
    fix: (answer) => [CERTRULE, clientAdvice(answer)].filter(Boolean).join(' ')
  },
  {
    applies: ({ status, userBound }) => status === 401 && userBound,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} does not accept the logon of the user (${codes(answer)})${again(answer)}`,
    fix: "Check that it trusts the issuer of the exchanged token, and the token's audience."
  },
  {
    applies: ({ status }) => status === 401,
    code: 'ERR_REMOTE_UNAUTHORIZED',
    hop: 'the system',
    cause: (hop, answer) =>
      `${hop} does not accept the logon of the technical user${inClient(answer)} (${codes(answer)})${again(answer)}`,
    fix: ({ authentication = '' }) =>
      (Object.hasOwn(TECHNICAL_FIXES, authentication) && TECHNICAL_FIXES[authentication]) ||
      'Check user, password or client of the destination; for calls as the user, its Authentication has to propagate one.'
  }
]

function isOther(sapClient: string | undefined, answering: string | undefined): boolean {
  return sapClient !== undefined && answering !== undefined && sapClient !== answering
}

/** True if a system has answered in the client that it takes for requests that name none. */
function isDefaultClient({ sapClient, answeringClient }: FailedAnswer): boolean {
  return sapClient === undefined && answeringClient !== undefined
}

/** Returns the next step for a user who may be in another client than the one that has answered. */
function clientAdvice(answer: FailedAnswer): string | undefined {
  const { sapClient, answeringClient } = answer
  if (isDefaultClient(answer)) {
    return 'Where the users are in another client, name it in the property "sap-client" of the destination.'
  }
  if (answeringClient === undefined) return undefined
  return (
    `The rule has to be in client ${answeringClient}; where the users are in another one, check "sap-client" of the destination ` +
    `(sent ${String(sapClient)}).`
  )
}

function inClient(answer: FailedAnswer): string {
  const { answeringClient } = answer
  if (answeringClient === undefined) return ''
  return ` in its${isDefaultClient(answer) ? ' default' : ''} client ${answeringClient}`
}

function codes({ challengeCode, errorCode }: FailedAnswer): string {
  return ['401', challengeCode ?? errorCode].filter(Boolean).join(', ')
}

function minutes(ahead: number): string {
  const seconds = Math.abs(ahead)
  const length = seconds < 120 ? `${String(seconds)} s` : `${String(Math.round(seconds / 60))} min`
  return `${length} ${ahead < 0 ? 'behind' : 'ahead of'}`
}
