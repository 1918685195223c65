import type { Destination } from '@sap-cloud-sdk/connectivity'

/** Option of a destination: plain http to a service of the own Kubernetes cluster, as the Transparent Proxy is one. */
export const WITHIN_CLUSTER = 'plainHttpWithinCluster'

/** `<service>`, `<service>.<namespace>`, and the long forms: what no public name of a host needs to be, and no address is. */
const CLUSTER_NAME =
  /^[a-z0-9-]*[a-z][a-z0-9-]*(\.[a-z0-9-]*[a-z][a-z0-9-]*(\.svc(\.cluster\.local)?)?)?$/

/** True for a host name as services of a Kubernetes cluster have it. @internal */
export function isClusterName(hostname: string): boolean {
  return CLUSTER_NAME.test(hostname)
}

/**
 * True if a destination says that its plain http stays within the cluster, and its URL can be that.
 *
 * @see https://help.sap.com/docs/connectivity/sap-btp-connectivity-cf/transparent-proxy-for-kubernetes
 * @internal
 */
export function isWithinCluster(destination: Destination): boolean {
  const { [WITHIN_CLUSTER]: option } = destination as Readonly<Record<string, unknown>>
  const { url = '' } = destination
  return option === true && URL.canParse(url) && isClusterName(new URL(url).hostname)
}
