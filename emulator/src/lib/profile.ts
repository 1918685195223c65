/** Environment variables that Cloud Foundry and Kubernetes set for every application that they run. */
const PLATFORMS = ['VCAP_APPLICATION', 'CF_INSTANCE_GUID', 'KUBERNETES_SERVICE_HOST'] as const

/**
 * True if this process is in production, by `NODE_ENV` or a profile. One that a platform runs is, unless they say otherwise.
 *
 *
 */
export function isProduction(): boolean {
  const profiles = [process.env.NODE_ENV, ...(process.env.CDS_ENV ?? '').split(',')]
  const named = profiles.map((profile) => profile?.trim()).filter(Boolean)
  if (named.includes('production')) return true
  return (
    platformMarker() !== undefined && !named.some((name) => /^(development|test)$/.test(name ?? ''))
  )
}

/** Returns the variable by which a platform shows. */
export function platformMarker(): string | undefined {
  return PLATFORMS.find((name) => process.env[name])
}
