import { EmulatorError } from '../emulator-error.js'
import type { CredentialType, EmulatorOptions } from '../types.js'
import { closest } from '../xs-security/closest.js'

const TYPES: readonly CredentialType[] = ['binding-secret', 'x509', 'x509_attested']
const SERVICES = ['xsuaa', 'destination', 'connectivity']

/**
 * Checks the option `credentialTypes`.
 *
 * @throws EmulatorError `ERR_EMULATOR_OPTIONS`
 */
export function checkCredentialTypes({ credentialTypes = {} }: EmulatorOptions): void {
  for (const [service, type] of Object.entries(credentialTypes)) {
    if (!SERVICES.includes(service)) fail(`credentialTypes has no "${service}"`, service, SERVICES)
    if (!TYPES.includes(type)) {
      fail(`credentialTypes.${service} is ${JSON.stringify(type)}`, type, TYPES)
    }
  }
  if (process.platform !== 'win32' || !isAttested({ credentialTypes })) return
  const text = 'credentialTypes: "x509_attested" needs a Unix socket, which Windows has not'
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
}

/** True if a client logs on with a certificate of its workload. */
export const isAttested = ({ credentialTypes = {} }: Pick<EmulatorOptions, 'credentialTypes'>) =>
  Object.values(credentialTypes).includes('x509_attested')

function fail(problem: string, value: string, known: readonly string[]): never {
  const guess = closest(value, known)
  const hint = guess ? `did you mean "${guess}"?` : `use one of ${known.join(', ')}`
  throw new EmulatorError('ERR_EMULATOR_OPTIONS', `${problem}: ${hint}`)
}
