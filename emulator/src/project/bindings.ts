import { randomUUID } from 'node:crypto'
import { EMULATOR_TAG } from '../http/assert-local.js'
import { EmulatorError } from '../emulator-error.js'
import { JOB_SCHEDULER } from '../job-scheduler/scheduler-client.js'
import type { Client, Landscape } from '../landscape/landscape.js'
import type { ServiceBinding, VcapServices } from '../types.js'
import type { TokenIssuer } from '../xsuaa/token-issuer.js'

/** Ports of the three services. */
export interface Ports {
  xsuaa: number
  destination: number
  connectivity: number
  socks: number
  jobScheduler?: number | undefined
}

/** Makes bindings with BTP's property names; ids stay the same between two calls. */
export interface Bindings {
  vcapServices: () => VcapServices
  /** @throws EmulatorError `ERR_EMULATOR_OPTIONS` for another application that there is not */
  application: (name: string) => ServiceBinding
}

/** The bindings of one emulator. */
export function createBindings(landscape: Landscape, issuer: TokenIssuer, ports: Ports): Bindings {
  const ids = new Map<Client, string>()
  const idOf = (client: Client) => {
    const id = ids.get(client) ?? randomUUID()
    ids.set(client, id)
    return id
  }
  const common = (client: Client) => commonCredentials(landscape, issuer, client, ports.xsuaa)
  const bind = (client: Client, plan: string, tags: string[], credentials: object) =>
    createBinding(client, idOf(client), plan, tags, { ...common(client), ...credentials })
  const application = (client: Client) =>
    bind(client, 'application', ['xsuaa'], xsuaaCredentials(landscape, issuer, client))
  const jobScheduler = (client: Client) =>
    createBinding(client, idOf(client), 'standard', ['jobscheduler'], {
      uaa: { ...common(client), ...xsuaaCredentials(landscape, issuer, client) },
      url: `https://localhost:${ports.jobScheduler}`
    })
  const scheduler = landscape.applications.get(JOB_SCHEDULER)
  const { xsuaa, destination, connectivity } = landscape.clients
  const isAttested = Object.values(landscape.clients).some(
    ({ credentialType }) => credentialType === 'x509_attested'
  )
  return {
    vcapServices: () => ({
      xsuaa: [application(xsuaa)],
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
          onpremise_proxy_port: String(ports.connectivity),
          onpremise_socks5_proxy_port: String(ports.socks)
        })
      ],
      ...(ports.jobScheduler && scheduler && { jobscheduler: [jobScheduler(scheduler)] }),
      ...(isAttested && { 'zero-trust-identity': [workloadBinding(landscape)] })
    }),
    application: (name) => {
      const client = landscape.applications.get(name)
      if (client?.service === JOB_SCHEDULER) return jobScheduler(client)
      if (client) return application(client)
      const known = [...landscape.applications.keys()].join(', ') || '(none)'
      const text = `there is no application "${name}" in the option "applications", only ${known}`
      throw new EmulatorError('ERR_EMULATOR_OPTIONS', text)
    }
  }
}

function createBinding(
  client: Client,
  bindingId: string,
  plan: string,
  tags: string[],
  credentials: Record<string, unknown>
): ServiceBinding {
  const isOther = client.service === JOB_SCHEDULER || client.instanceName !== client.service
  const name = isOther ? client.instanceName : `emulated-${client.service}`
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

/** Returns the properties that every service binding has. */
function commonCredentials(
  { tenant, subdomains, clients }: Landscape,
  issuer: TokenIssuer,
  client: Client,
  port: number
) {
  return {
    clientid: client.id,
    ...secretOf(client, issuer),
    url: issuer.url,
    uaadomain: `localhost:${port}`,
    xsappname: client.xsappname,
    identityzone: subdomains.get(tenant),
    tenantid: tenant,
    // also where only users name other tenants, as CAP's mocked users do
    tenantmode:
      subdomains.size > 1 ? 'shared' : (clients.xsuaa.descriptor?.tenantMode ?? 'dedicated'),
    subaccountid: tenant,
    verificationkey: issuer.key.pem
  }
}

/** Exactly what the client can authenticate with. */
function secretOf(client: Client, { url: certurl }: TokenIssuer) {
  const { secret, certificate, credentialType: type } = client
  if (type === 'x509_attested') return { certurl, 'credential-type': type }
  if (!certificate) return { clientsecret: secret, 'credential-type': type }
  const { cert, key } = certificate
  return { certificate: cert, key, certurl, 'credential-type': type }
}

/** Returns the binding of the service that issues certificates to workloads; it has no credentials. */
function workloadBinding({ clients, spiffeId }: Landscape): ServiceBinding {
  const label = 'zero-trust-identity'
  const { instanceId } = clients.xsuaa
  return {
    ...{ label, name: `emulated-${label}`, plan: 'default', tags: [label, EMULATOR_TAG] },
    ...{ instance_guid: instanceId, instance_name: `emulated-${label}` },
    ...{ binding_guid: instanceId, binding_name: null },
    credentials: { workload: { spiffeID: spiffeId }, parameters: { 'app-identifier': 'workload' } }
  }
}

function xsuaaCredentials({ tenant }: Landscape, issuer: TokenIssuer, client: Client) {
  return {
    identityzoneid: tenant,
    zoneid: tenant,
    serviceInstanceId: client.instanceId,
    apiurl: issuer.url,
    sburl: issuer.url
  }
}
