/** Environment variables that Cloud Foundry and Kubernetes set for every application that they run. */
const PLATFORMS = ['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST'] as const

/**
 * True if this process is in production, by `NODE_ENV` or a profile. A process that a platform runs
 * is in production unless they name development or test.
 *
 * @internal
 */
export function isProduction(): boolean {
  const profiles = [process.env.NODE_ENV, ...(process.env.CDS_ENV ?? '').split(',')]
  const named = profiles.map((profile) => profile?.trim()).filter(Boolean)
  if (named.includes('production')) return true
  return (
    platformMarker() !== undefined && !named.some((name) => /^(development|test)$/.test(name ?? ''))
  )
}

/** Returns the environment variable that shows that a platform runs this process. @internal */
export function platformMarker(): string | undefined {
  return PLATFORMS.find((name) => process.env[name])
}
