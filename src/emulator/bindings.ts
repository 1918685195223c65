import { randomUUID } from 'node:crypto'
import { EMULATOR_TAG } from './assert-local.js'
import type { Client, Landscape } from './landscape.js'
import type { ServiceBinding, VcapServices } from './types.js'
import type { TokenIssuer } from './xsuaa/token-issuer.js'

/** Ports of the three services. */
export interface Ports {
  xsuaa: number
  destination: number
  connectivity: number
}

/** The bindings of one emulator, with BTP's property names; ids stay the same between two calls. */
export function createBindings(landscape: Landscape, issuer: TokenIssuer, ports: Ports) {
  const ids = { xsuaa: randomUUID(), destination: randomUUID(), connectivity: randomUUID() }
  const common = (client: Client) => commonCredentials(landscape, issuer, client, ports.xsuaa)
  const bind = (client: Client, plan: string, tags: string[], credentials: object) =>
    createBinding(client, ids[client.service], plan, tags, { ...common(client), ...credentials })
  const { xsuaa, destination, connectivity } = landscape.clients
  return (): VcapServices => ({
    xsuaa: [bind(xsuaa, 'application', ['xsuaa'], xsuaaCredentials(landscape, issuer))],
    destination: [
      bind(destination, 'lite', ['destination', 'conn', 'connsvc'], {
        uri: `https://localhost:${ports.destination}`,
        instanceid: destination.instanceId
      })
    ],
    connectivity: [
      bind(connectivity, 'lite', ['connectivity', 'conn', 'connsvc'], {
        token_service_url: issuer.url,
        token_service_domain: `localhost:${ports.xsuaa}`,
        connectivity_service: { CAs_path: '/api/v1/CAs', url: issuer.url },
        // plain http: the address, because another process could own "localhost" in IPv6
        onpremise_proxy_host: '127.0.0.1',
        onpremise_proxy_http_port: String(ports.connectivity),
        onpremise_proxy_port: String(ports.connectivity)
      })
    ]
  })
}

function createBinding(
  client: Client,
  bindingId: string,
  plan: string,
  tags: string[],
  credentials: Record<string, unknown>
): ServiceBinding {
  const name = `emulated-${client.service}`
  return {
    label: client.service,
    name,
    plan,
    tags: [...tags, EMULATOR_TAG],
    instance_guid: client.instanceId,
    instance_name: name,
    binding_guid: bindingId,
    binding_name: null,
    credentials
  }
}

/** What every service binding carries. */
function commonCredentials(
  { tenant, subdomains }: Landscape,
  issuer: TokenIssuer,
  client: Client,
  port: number
) {
  return {
    clientid: client.id,
    clientsecret: client.secret,
    'credential-type': 'binding-secret',
    url: issuer.url,
    uaadomain: `localhost:${port}`,
    xsappname: client.xsappname,
    identityzone: subdomains.get(tenant),
    tenantid: tenant,
    tenantmode: subdomains.size > 1 ? 'shared' : 'dedicated',
    subaccountid: tenant,
    verificationkey: issuer.key.pem
  }
}

function xsuaaCredentials({ tenant, clients }: Landscape, issuer: TokenIssuer) {
  return {
    identityzoneid: tenant,
    zoneid: tenant,
    serviceInstanceId: clients.xsuaa.instanceId,
    apiurl: issuer.url,
    sburl: issuer.url
  }
}
