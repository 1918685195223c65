import { setDefaultCACertificates } from 'node:tls'
import type { VcapServices } from '../../src/index.js'

/** The calls of an application in a process of its own, as trust is process-wide. */
export interface ClientTask {
  ca: string
  vcapServices: VcapServices
  tokens: Record<string, string>
}

type Results = Record<string, unknown>

/** Verifies tokens with `@sap/xssec`, and calls S4 through the Cloud SDK, as an application does. */
async function run({ ca, vcapServices, tokens }: ClientTask): Promise<Results> {
  setDefaultCACertificates([ca])
  process.env['VCAP_SERVICES'] = JSON.stringify(vcapServices)
  const results: Results = {}
  for (const [name, jwt] of Object.entries(tokens)) {
    results[name] = {
      xssec: await attempt(() => verify(vcapServices, jwt)),
      destination: await attempt(() => findDestination(jwt)),
      s4: await attempt(() => callS4(jwt))
    }
  }
  results['exchange'] = await attempt(() => exchange(vcapServices, tokens['alice'] ?? ''))
  return results
}

async function verify(vcapServices: VcapServices, jwt: string) {
  const { createSecurityContext, XsuaaService } = await import('@sap/xssec')
  const service = new XsuaaService(vcapServices.xsuaa[0]?.credentials as never)
  const context = await createSecurityContext(service, { jwt })
  const { userName, zid, email } = context.token as unknown as Record<string, unknown>
  return { userName, zid, email, isTechnician: context.checkLocalScope('Technician') }
}

async function exchange(vcapServices: VcapServices, jwt: string) {
  const { XsuaaService } = await import('@sap/xssec')
  const service = new XsuaaService(vcapServices.connectivity[0]?.credentials as never)
  const response = await service.fetchJwtBearerToken(jwt)
  return Object.keys(response).sort()
}

async function findDestination(jwt: string) {
  const { getDestination } = await import('@sap-cloud-sdk/connectivity')
  const destination = await getDestination({ destinationName: 'S4', jwt })
  const { url, authentication, proxyConfiguration, sapClient } = destination ?? {}
  return { url, authentication, sapClient, hasProxy: proxyConfiguration !== undefined }
}

async function callS4(jwt: string) {
  const { executeHttpRequest } = await import('@sap-cloud-sdk/http-client')
  const url = '/sap/opu/odata/sap/API_EQUIPMENT'
  const { data } = await executeHttpRequest({ destinationName: 'S4', jwt }, { method: 'get', url })
  return (data as { subject: string }).subject
}

/** Messages of an error and its causes. */
async function attempt(action: () => Promise<unknown>): Promise<unknown> {
  try {
    return await action()
  } catch (error) {
    const messages: string[] = []
    for (let e = error as Error | undefined; e; e = e.cause as Error | undefined) {
      messages.push(e.message)
    }
    return { error: messages.join(' ← ') }
  }
}

process.once('message', (task: ClientTask) => {
  void run(task).then((results) => process.send?.(results, () => process.exit()))
})
