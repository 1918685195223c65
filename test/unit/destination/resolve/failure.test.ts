import type { PrincipalError } from '../../../../src/errors.js'
import { FetchError } from '../../../../src/lib/fetch-json.js'
import { DestinationServiceError } from '../../../../src/destination/look-up/look-up.js'
import { destinationFailure } from '../../../../src/destination/resolve/failure.js'
import { ServiceTokenError } from '../../../../src/destination/tokens/service.js'

const explained = (error: unknown): PrincipalError['explanation'] =>
  destinationFailure('S4', error).explanation

const refused = (label: string, text: string) => new ServiceTokenError(label, new Error(text))
const FIND = 'find destination'

test.each<[string, unknown, object]>([
  [
    'the token service of the Destination service',
    refused(
      'destination',
      'HTTP response from https://x/oauth/token was 401: {"error":"unauthorized","error_description":"canary"}.'
    ),
    {
      hop: 'token service of the Destination service',
      cause:
        'destination "S4" could not be resolved: the token service in the binding of the Destination service gave no ' +
        'token (401, unauthorized)',
      fix: expect.stringContaining('"clientsecret"')
    }
  ],
  [
    'the token service of the Connectivity service',
    refused('connectivity', 'fetch failed: connect ECONNREFUSED 127.0.0.1:1'),
    {
      hop: 'token service of the Connectivity service',
      cause: expect.stringMatching(/of the Connectivity service gave no token \(ECONNREFUSED\)/),
      fix: expect.stringContaining('can be reached')
    }
  ],
  [
    'a token service that says nothing',
    refused('constructor', 'gone'),
    { cause: expect.stringMatching(/binding of the constructor gave no token \(no answer\)/) }
  ],
  [
    'a refused look-up',
    new DestinationServiceError(FIND, new FetchError('status', 'status 401', 401)),
    {
      hop: 'Destination service',
      cause: expect.stringMatching(/refused .*\(find destination: status 401, also with a new/),
      fix: expect.stringContaining('bind it again')
    }
  ],
  [
    'a look-up without an answer',
    new DestinationServiceError(FIND, new FetchError('timeout', 'timeout')),
    { cause: expect.stringMatching(/did not answer as it should \(find destination: timeout\)/) }
  ],
  [
    'anything else',
    new Error('outer', { cause: new Error('connect ETIMEDOUT 10.0.0.1, canary') }),
    { cause: expect.stringMatching(/a call failed \(ETIMEDOUT\)/) }
  ]
])('%s', (_, error, expected) => {
  const explanation = explained(error)
  expect(explanation).toMatchObject({ destination: 'S4', ...expected })
  expect(JSON.stringify(explanation)).not.toContain('canary')
})
