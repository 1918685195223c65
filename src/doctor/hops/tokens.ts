import type { Service } from '@sap-cloud-sdk/connectivity'

import { clientService } from '../../destination/tokens/client-service.js'
import { serviceTokenOf } from '../../destination/tokens/service.js'
import { cloudSdk } from '../../lib/lazy.js'
import { cleanCause } from '../../lib/redact.js'
import { isComplete, titleOf } from './bindings.js'
import { asJson } from '../exports.js'
import type { Facts } from '../facts.js'
import { broken, type Finding, right, unseen } from '../row.js'

/** Gets a token of the application with each binding. */
export async function tokenFindings({ bindings, isOnline, noBindings }: Facts): Promise<Finding[]> {
  if (!bindings) return [unseen('tokens of the bindings', ...noBindings)]
  return Promise.all(bindings.map((each) => tokenFinding(each, isOnline)))
}

async function tokenFinding(service: Service, isOnline: boolean): Promise<Finding> {
  const title = titleOf(service)
  if (!isComplete(service)) return unseen(title, 'not called: the binding is not complete')
  if (!isOnline) return unseen(title, 'only read: no token was asked for')
  try {
    await tokenOf(service)
    return right(title, 'called: a token came')
  } catch (error) {
    return noToken(service, error)
  }
}

async function tokenOf(service: Service): Promise<unknown> {
  if (service.label !== 'identity') return serviceTokenOf(service, undefined, true)
  const { getIasToken } = await cloudSdk()
  return getIasToken(await clientService(service), { useCache: false })
}

function noToken(service: Service, error: unknown): Finding {
  const title = titleOf(service)
  const { status, code } = reasonOf(error)
  const call = `POST to the token service at ${hostOf(service)}`
  const details = { expected: 'a token', code: 'ERR_DESTINATION_UNAVAILABLE' } as const
  if (status === 400 || status === 401) {
    const cause = `${call}: the client is not accepted`
    const fix =
      'The secret or certificate was replaced, or the service instance deleted: bind it again, restage, and export again.'
    return broken(title, cause, fix, { ...details, sent: `answer ${status}` })
  }
  const sent = status ? `answer ${status}` : (code ?? 'no answer')
  const fix = 'Check that this machine reaches the host (DNS, proxy, firewall), and try again.'
  return broken(title, `${call} failed`, fix, { ...details, sent })
}

/** Errors of Node that say why there is no answer. */
const NO_ANSWER =
  /\b(ENOTFOUND|EAI_AGAIN|ECONN[A-Z]+|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|CERT_[A-Z_]+|UNABLE_TO_[A-Z_]+|SELF_SIGNED_[A-Z_]+)\b/

/** Returns status or code of an error, or of one of its causes. The Cloud SDK has them in its messages. */
function reasonOf(error: unknown): { status?: number; code?: string } {
  const { messages } = cleanCause(error)
  const text = messages.join(' ')
  const [, status] = /\b(?:was|status|code)(?: code)?:? (\d{3})\b/.exec(text) ?? []
  if (status) return { status: Number(status) }
  const [code] = NO_ANSWER.exec(text) ?? []
  return code ? { code } : {}
}

function hostOf({ credentials }: Service): string {
  const { certificate, certurl, url, token_service_url: own } = asJson(credentials)
  const address = (certificate ? certurl : undefined) ?? url ?? own
  return typeof address === 'string' && URL.canParse(address)
    ? new URL(address).host
    : 'an address that is no URL'
}
