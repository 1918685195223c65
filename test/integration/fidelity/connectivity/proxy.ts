import type { Emulator } from '../../../../emulator/src/index.js'
import { credentials, requestToken } from '../../../../emulator/test/support/http.js'
import { VIRTUAL_HOST } from '../../../../emulator/test/support/maintenance.js'
import { FidelityLandscape } from '../landscape.js'

/** A resource of the system on premise, which answers with the user that it sees. */
export const RESOURCE = `http://${VIRTUAL_HOST}/ping`

/** The landscape with a system on premise. */
export const startOnPremise = () => FidelityLandscape.start({ destinations: {} })

/** Address of the proxy, as the binding has it. */
export function proxyOf(emulator: Emulator) {
  const { onpremise_proxy_host: host = '', onpremise_proxy_http_port: port = '' } = credentials(
    emulator,
    'connectivity'
  )
  return { host, port: Number(port), url: `http://${host}:${port}` }
}

/** A token of the binding: technical, or exchanged for a user. */
export async function proxyTokenOf(emulator: Emulator, user?: string): Promise<string> {
  const form =
    user === undefined
      ? { grant_type: 'client_credentials' }
      : {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: await emulator.issueToken({ user })
        }
  const { body } = await requestToken(emulator, form, {}, credentials(emulator, 'connectivity'))
  return body.access_token as string
}
