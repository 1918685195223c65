import { executeHttpRequest } from '@sap-cloud-sdk/http-client'
import cds from '@sap/cds'

export default class ExplainService extends cds.ApplicationService {
  override init() {
    this.on('indirectly', () => this.create('Notes', { ID: 4 }))
    this.on('caught', async () => {
      try {
        await this.create('Notes', { ID: 5 })
      } catch {
        // somebody who may not, gets nothing
      }
    })
    this.on('archive', () => undefined)
    this.on('check', () => undefined)
    this.on('close', () => undefined)
    this.on('passOn', async ({ data: { how, url } }) => {
      await passOn[how as keyof typeof passOn](url)
    })
    this.on('seal', () => undefined)
    return super.init()
  }
}

/** Calls of systems that answer 401, whose errors nobody catches. */
const passOn = {
  mended: (url: string) => {
    const headers = { authorization: 'Basic right' }
    return executeHttpRequest({ url }, { method: 'get', url: '/secret', headers })
  },
  sdk: (url: string) => executeHttpRequest({ url }, { method: 'get', url: '/secret?user=alice' }),
  axios: async (url: string) => {
    try {
      return await passOn.sdk(url)
    } catch (error) {
      const { cause, rootCause } = error as { cause?: unknown; rootCause?: unknown }
      throw (rootCause ?? cause ?? error) as Error
    }
  },
  cap: async (url: string) => {
    const remote = await cds.connect.to({ kind: 'rest', credentials: { url } } as never)
    try {
      return await remote.send('GET', '/secret?user=alice')
    } catch (error) {
      throw Object.assign(error as Error, { status: 401, code: '401' })
    }
  },
  own: async () => cds.error(401, 'no'),
  ownMended: async () => cds.error(403, 'no')
}
